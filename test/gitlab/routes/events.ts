import { canSeeProject } from '../access.ts';
import type { Context } from '../context.ts';
import { showEvent } from '../entities/event.ts';
import type { Event } from '../entities/event.ts';
import { list } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { projectRoute, route } from '../routes.ts';
import type { Route } from '../routes.ts';

export const eventRoutes: readonly Route[] = [
  route('GET /events', (context) => {
    const { store, viewer } = context;
    const projects = [...store.projects.values()].filter((project) => canSeeProject(store, viewer, project));
    const own = projects.flatMap((project) => project.events.filter((event) => event.authorId === viewer.id));
    return listEvents(context, own);
  }),
  projectRoute('GET /events', 'read', (context) => listEvents(context, context.project.events)),
];

/** GitLab's filter words and the words in its answers differ. */
const actionNames: Readonly<Record<string, readonly string[]>> = {
  created: ['opened', 'created'],
  pushed: ['pushed to', 'pushed new'],
  commented: ['commented on'],
  merged: ['accepted'],
};

const actions = [
  'approved',
  'created',
  'updated',
  'closed',
  'reopened',
  'pushed',
  'commented',
  'merged',
  'joined',
  'left',
  'destroyed',
  'expired',
] as const;

const targetTypes = {
  issue: ['Issue'],
  milestone: ['Milestone'],
  merge_request: ['MergeRequest'],
  note: ['Note', 'DiffNote', 'DiscussionNote'],
  project: ['Project'],
  snippet: ['Snippet'],
  user: ['User'],
} as const;

function listEvents(context: Context, events: readonly Event[]): Reply {
  const { store, input } = context;
  const keep = eventFilter(context);
  const sign = (input.oneOf('sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  const rows = events.filter((event) => keep(event)).toSorted((one, other) => sign * (one.id - other.id));
  return list({ rows, show: (event) => showEvent(store, event), defaults: { sort: 'desc' } });
}

function eventFilter({ input }: Context): (event: Event) => boolean {
  const action = input.oneOf('action', actions);
  const names = action === undefined ? undefined : (actionNames[action] ?? [action]);
  const type = input.oneOf('target_type', [
    'issue',
    'milestone',
    'merge_request',
    'note',
    'project',
    'snippet',
    'user',
  ] as const);
  const types: readonly string[] | undefined = type && targetTypes[type];
  const [after, before] = [input.text('after') ?? '', input.text('before') ?? '9999'];
  return ({ actionName, targetType, createdAt }) =>
    (names?.includes(actionName) ?? true) &&
    (types?.includes(targetType ?? '') ?? true) &&
    createdAt.slice(0, 10) > after &&
    createdAt.slice(0, 10) < before;
}
