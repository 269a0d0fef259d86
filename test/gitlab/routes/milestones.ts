import { integerParam } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showIssue } from '../entities/issue.ts';
import { showMergeRequest } from '../entities/merge-request.ts';
import { showMilestone } from '../entities/milestone.ts';
import type { Milestone } from '../entities/milestone.ts';
import { projectUrl } from '../entities/project.ts';
import { noSuchRow, refuse } from '../errors.ts';
import { created, empty, json, list } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';
import { visibleIssue } from './issues.ts';

export const milestoneRoutes: readonly Route[] = [
  projectRoute('GET /milestones', 'read', (context) =>
    list({
      rows: listMilestones(context),
      show: (milestone) => showMilestone(context.store, milestone),
      defaults: { include_parent_milestones: 'false', state: 'all' },
    }),
  ),
  projectRoute('GET /milestones/:milestone_id', 'read', (context) =>
    json(showMilestone(context.store, findMilestone(context))),
  ),
  projectRoute('POST /milestones', 'reporter', (context) => created(showMilestone(context.store, create(context)))),
  projectRoute('PUT /milestones/:milestone_id', 'reporter', (context) =>
    json(showMilestone(context.store, update(context))),
  ),
  projectRoute('DELETE /milestones/:milestone_id', 'reporter', (context) => {
    remove(context, findMilestone(context));
    return empty();
  }),
  projectRoute('GET /milestones/:milestone_id/issues', 'read', (context) => {
    const { store, project } = context;
    const { id } = findMilestone(context);
    const rows = [...project.issues.values()].filter(
      (issue) => issue.milestoneId === id && visibleIssue(context, issue.iid) !== undefined,
    );
    return list({ rows, show: (issue) => showIssue(store, project, issue) });
  }),
  projectRoute('GET /milestones/:milestone_id/merge_requests', 'code', (context) => {
    const { store, project } = context;
    const { id } = findMilestone(context);
    const rows = [...project.mergeRequests.values()].filter((mr) => mr.milestoneId === id);
    return list({ rows, show: (mr) => showMergeRequest(store, project, mr) });
  }),
  projectRoute('GET /milestones/:milestone_id/burndown_events', 'read', (context) =>
    list({ rows: burndown(context, findMilestone(context)), show: (event) => event }),
  ),
  projectRoute('POST /milestones/:milestone_id/promote', 'maintainer', (context) => {
    promote(context, findMilestone(context));
    // The endpoint ends with `status(200)`, and Grape renders that value (lib/api/project_milestones.rb).
    return json(200);
  }),
];

function listMilestones({ project, input }: ProjectContext): readonly Milestone[] {
  const state = input.oneOf('state', ['active', 'closed', 'all']) ?? 'all';
  const search = (input.text('search') ?? '').toLowerCase();
  const title = input.text('title');
  const iids = input.integers('iids');
  return [...project.milestones.values()].filter(
    (milestone) =>
      (state === 'all' || milestone.state === state) &&
      `${milestone.title} ${milestone.description ?? ''}`.toLowerCase().includes(search) &&
      (title ?? milestone.title) === milestone.title &&
      (iids?.includes(milestone.iid) ?? true),
  );
}

function findMilestone(context: ProjectContext): Milestone {
  const milestone = context.project.milestones.get(integerParam(context, 'milestone_id'));
  if (milestone === undefined) throw noSuchRow();
  return milestone;
}

function create(context: ProjectContext): Milestone {
  const { store, project, input } = context;
  const title = input.requiredText('title');
  refuseTitle(context, title, 'create');
  const createdAt = store.timestamp();
  const milestone: Milestone = {
    id: store.nextId('milestone'),
    iid: Math.max(0, ...[...project.milestones.values()].map((each) => each.iid)) + 1,
    ownerUrl: projectUrl(store, project),
    projectId: project.id,
    groupId: null,
    title,
    description: input.textOr('description', null),
    state: 'active',
    startDate: input.textOr('start_date', null),
    dueDate: input.textOr('due_date', null),
    createdAt,
    updatedAt: createdAt,
  };
  project.milestones.set(milestone.id, milestone);
  return milestone;
}

function update(context: ProjectContext): Milestone {
  const { store, project, input } = context;
  const milestone = findMilestone(context);
  input.requireOne('title', 'description', 'start_date', 'due_date', 'state_event');
  const title = input.text('title') ?? milestone.title;
  if (title !== milestone.title) refuseTitle(context, title, 'update');
  const event = input.oneOf('state_event', ['close', 'activate']);
  const states = { close: 'closed', activate: 'active' } as const;
  const updated: Milestone = {
    ...milestone,
    title,
    description: input.textOr('description', milestone.description),
    startDate: input.textOr('start_date', milestone.startDate),
    dueDate: input.textOr('due_date', milestone.dueDate),
    state: event === undefined ? milestone.state : states[event],
    updatedAt: store.timestamp(),
  };
  project.milestones.set(milestone.id, updated);
  return updated;
}

/** Ruby's way to write the errors, as lib/api/milestone_responses.rb puts them into the message. */
function refuseTitle({ project }: ProjectContext, title: string, verb: 'create' | 'update'): void {
  const taken = [...project.milestones.values()].some((each) => each.title === title);
  const reason = title.trim() === '' ? "can't be blank" : 'already being used for another group or project milestone.';
  if (taken || title.trim() === '') throw refuse(400, `Failed to ${verb} milestone {:title=>["${reason}"]}`);
}

function remove({ project }: ProjectContext, { id }: Milestone): void {
  project.milestones.delete(id);
  for (const [iid, issue] of project.issues) {
    if (issue.milestoneId === id) project.issues.set(iid, { ...issue, milestoneId: null });
  }
  for (const [iid, mr] of project.mergeRequests) {
    if (mr.milestoneId === id) project.mergeRequests.set(iid, { ...mr, milestoneId: null });
  }
}

/** When the milestone's issues were opened and closed. */
function burndown({ project }: ProjectContext, { id }: Milestone): readonly unknown[] {
  const issues = [...project.issues.values()].filter((issue) => issue.milestoneId === id);
  const opened = issues.map((issue) => ({ created_at: issue.createdAt, weight: issue.weight, action: 'created' }));
  const closed = issues
    .filter((issue) => issue.closedAt !== null)
    .map((issue) => ({ created_at: issue.closedAt, weight: issue.weight, action: 'closed' }));
  return [...opened, ...closed];
}

/** Makes a milestone of the group out of it; projects of users have no group. */
function promote(context: ProjectContext, milestone: Milestone): void {
  const { store, project } = context;
  const group = store.groups.get(project.namespace.id);
  if (group === undefined) throw refuse(400, 'Project does not belong to a group.');
  remove(context, milestone);
  group.milestones.set(milestone.id, {
    ...milestone,
    projectId: null,
    groupId: group.id,
    ownerUrl: `${store.url}/groups/${group.fullPath}`,
    updatedAt: store.timestamp(),
  });
}
