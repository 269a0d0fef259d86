import { param } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showLabel } from '../entities/label.ts';
import type { Label } from '../entities/label.ts';
import { notFound, refuse } from '../errors.ts';
import type { Input } from '../input.ts';
import { created, empty, json, list } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const labelRoutes: readonly Route[] = [
  projectRoute('GET /labels', 'read', (context) => {
    const { input, project } = context;
    const search = (input.text('search') ?? '').toLowerCase();
    const rows = [...project.labels.values()]
      .filter((label) => label.name.toLowerCase().includes(search))
      .toSorted((one, other) => one.name.localeCompare(other.name));
    const withCounts = input.on('with_counts');
    return list({
      rows,
      show: (label) => showLabel(project, label, withCounts),
      defaults: { include_ancestor_groups: 'true', with_counts: 'false' },
    });
  }),
  projectRoute('GET /labels/:label_id', 'read', (context) => json(shown(context, findLabel(context)))),
  projectRoute('POST /labels', 'reporter', (context) => {
    const { store, project, input } = context;
    input.require('name', 'color');
    const name = input.requiredText('name');
    if (labelNamed(context, name) !== undefined) throw refuse(409, 'Label already exists');
    const id = store.nextId('label');
    const label = { id, name, color: readColor(input), description: input.textOr('description', null) };
    return created(shown(context, put(project, { ...label, priority: input.integerOr('priority', null) })));
  }),
  projectRoute('PUT /labels/:label_id', 'reporter', (context) => {
    const { project, input } = context;
    const label = findLabel(context);
    input.requireOne('new_name', 'color', 'description', 'priority', 'archived');
    const name = input.text('new_name') ?? label.name;
    if (name !== label.name && labelNamed(context, name)) throw refuse(400, { title: ['has already been taken'] });
    const changed = {
      ...label,
      name,
      color: readColor(input, label.color),
      description: input.textOr('description', label.description),
      priority: input.integerOr('priority', label.priority),
    };
    return json(shown(context, put(project, changed)));
  }),
  projectRoute('DELETE /labels/:label_id', 'reporter', (context) => {
    context.project.labels.delete(findLabel(context).id);
    return empty();
  }),
];

function shown({ project }: ProjectContext, label: Label): unknown {
  return showLabel(project, label, false);
}

function put(project: ProjectContext['project'], label: Label): Label {
  project.labels.set(label.id, label);
  return label;
}

function labelNamed({ project }: ProjectContext, name: string): Label | undefined {
  return [...project.labels.values()].find((label) => label.name === name);
}

/** By id, then by name. */
function findLabel(context: ProjectContext): Label {
  const key = param(context, 'label_id');
  const label = context.project.labels.get(Number(key)) ?? labelNamed(context, key);
  if (label === undefined) throw notFound('Label');
  return label;
}

/** `#RGB`, `#RRGGBB` or a CSS name. */
function readColor(input: Input, before = ''): string {
  const color = input.text('color') ?? before;
  if (/^(?:#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]+)$/iu.test(color)) return color;
  throw refuse(400, { color: ['must be a valid color code'] });
}
