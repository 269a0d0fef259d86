import * as z from 'zod';
import { refuseNoChange } from './changes.ts';
import { ifFound } from './if-found.ts';
import { count, flag, paging, projectId, text } from './inputs.ts';
import { isAsAsked, isGone } from './read-back.ts';
import { defineTool } from './tool.ts';

const whole = [
  'id',
  'name',
  'color',
  'description',
  'priority',
  'is_project_label',
  'archived',
  'subscribed',
  'open_issues_count',
  'closed_issues_count',
  'open_merge_requests_count',
];

const labelId = z.preprocess(
  (value: string | number) => (typeof value === 'number' ? String(value) : value),
  text.describe('Id or name.'),
);
const oneLabel = { project_id: projectId, label_id: labelId };

const NO_PRIORITY = -1;

function asPriority(value: number | string | null): unknown {
  if (value === null) return NO_PRIORITY;
  return typeof value === 'string' && /\d/u.test(value) ? Number(value) : value;
}

/** null takes the priority away. Null cannot be listed without a union, so the listing says it with a number. */
const priorityOrNone = z
  .preprocess(asPriority, z.int().min(NO_PRIORITY))
  .transform((value) => (value === NO_PRIORITY ? null : value));

/** `#RGB` and `#RRGGBB` in one spelling; names of colours are GitLab's own to read. */
function hexOf(color: unknown): string | undefined {
  const hex = /^#(?:[\da-f]{3}){1,2}$/iu.exec(String(color))?.[0].toLowerCase();
  return hex?.length === 4 ? hex.replaceAll(/[\da-f]/gu, '$&$&') : hex;
}

const shownLabel = z.looseObject({ color: z.string().nullish() });

export const listLabels = defineTool({
  name: 'list_labels',
  summary: 'List labels of a project.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/labels',
  input: {
    project_id: projectId,
    search: text.optional(),
    with_counts: flag.optional(),
    include_ancestor_groups: flag.optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    {
      project_id: 'team/app',
      search: 'bug',
      with_counts: true,
      include_ancestor_groups: false,
      page: 1,
      per_page: 50,
    },
  ],
  shows: whole,
});

export const getLabel = defineTool({
  name: 'get_label',
  summary: 'Read one label.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/labels/:label_id',
  input: oneLabel,
  examples: [{ project_id: 'team/app', label_id: 'priority::high' }],
  shows: whole,
});

export const createLabel = defineTool({
  name: 'create_label',
  summary: 'Create a label.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/labels',
  input: {
    project_id: projectId,
    name: text,
    color: text,
    description: z.string().optional(),
    priority: count(Number.MAX_SAFE_INTEGER).optional(),
  },
  examples: [
    { project_id: 'team/app', name: 'regression', color: '#AA0000' },
    { project_id: 'team/app', name: 'security', color: 'red', description: 'Handle first', priority: 0 },
  ],
  shows: whole,
  readBack: {
    compares: ['name', 'color', 'description', 'priority'],
    look: async (ask, { project_id, name, color, ...rest }) => {
      const wanted = hexOf(color);
      // GitLab would take digits for an id.
      if (wanted === undefined || /^\d+$/u.test(name)) return 'cannot tell';
      const which = { project_id, label_id: name, include_ancestor_groups: false };
      const found = await ifFound(ask('GET /projects/:project_id/labels/:label_id', which));
      const isSo = isAsAsked(found?.body, { name, ...rest }) && hexOf(shownLabel.parse(found?.body).color) === wanted;
      return isSo ? { words: `the label ${name} is there, as given`, body: found?.body } : 'not so';
    },
  },
  verifyWith: 'list_labels',
});

export const updateLabel = defineTool({
  name: 'update_label',
  summary: 'Rename or change a label.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/labels/:label_id',
  // Under its old name a renamed label is not found again.
  once: true,
  input: {
    ...oneLabel,
    new_name: text.optional(),
    color: text.optional(),
    description: z.string().optional(),
    priority: priorityOrNone.optional().describe('-1 removes it.'),
  },
  examples: [
    { project_id: 'team/app', label_id: 'bug', priority: null },
    {
      project_id: 'team/app',
      label_id: 'docs',
      new_name: 'documentation',
      color: '#0000AA',
      description: 'Words to write',
      priority: 3,
    },
  ],
  refuses: refuseNoChange('project_id', 'label_id'),
  shows: whole,
  verifyWith: 'list_labels',
});

export const deleteLabel = defineTool({
  name: 'delete_label',
  summary: 'Delete a label.',
  effect: 'destructive',
  endpoint: 'DELETE /projects/:project_id/labels/:label_id',
  input: oneLabel,
  examples: [{ project_id: 'team/app', label_id: 'feature' }],
  readBack: isGone('the label', 'GET /projects/:project_id/labels/:label_id'),
  verifyWith: 'list_labels',
});
