import { canSeeProject, findProject, projectLevel } from '../access.ts';
import { integerParam } from '../context.ts';
import type { Context, ProjectContext } from '../context.ts';
import { diffRefs, showMergeRequest, showMergeRequestDetail } from '../entities/merge-request.ts';
import type { MergeRequest } from '../entities/merge-request.ts';
import type { Project } from '../entities/project.ts';
import { levels } from '../entities/user.ts';
import { forbidden, noSuchRow, notFound, refuse } from '../errors.ts';
import { record } from '../events.ts';
import { issuableFilter, order } from '../filters.ts';
import { merge } from '../merge.ts';
import { diffBetween } from '../repository/changes.ts';
import { ancestors } from '../repository/history.ts';
import { mayPush } from '../repository/repository.ts';
import { showCommit } from '../repository/show-commit.ts';
import { created, empty, json, list } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { projectRoute, route } from '../routes.ts';
import type { Route } from '../routes.ts';
import { chosenAssignees, chosenLabels, readTitle } from './issues.ts';

export const mergeRequestRoutes: readonly Route[] = [
  projectRoute('GET /merge_requests', 'code', (context) => listMergeRequests(context, [context.project], 'all')),
  route('GET /merge_requests', (context) => {
    const { store, viewer } = context;
    const projects = [...store.projects.values()].filter((project) => canSeeProject(store, viewer, project));
    return listMergeRequests(context, projects, 'created_by_me');
  }),
  projectRoute('GET /merge_requests/:merge_request_iid', 'code', (context) =>
    json(detail(context, findMergeRequest(context))),
  ),
  projectRoute('POST /merge_requests', 'take part', (context) => {
    const target = inTarget(context);
    return created(detail(target, create(context, target)));
  }),
  projectRoute('PUT /merge_requests/:merge_request_iid', 'take part', (context) =>
    json(detail(context, update(context))),
  ),
  projectRoute('DELETE /merge_requests/:merge_request_iid', 'owner', (context) => {
    context.project.mergeRequests.delete(findMergeRequest(context).iid);
    return empty();
  }),
  projectRoute('PUT /merge_requests/:merge_request_iid/merge', 'read', (context) =>
    json(detail(context, merge(context, findMergeRequest(context)))),
  ),
  projectRoute('GET /merge_requests/:merge_request_iid/diffs', 'code', (context) => {
    const { base, head } = diffRefs(context.store, context.project, findMergeRequest(context));
    const rows = base === null || head === null ? [] : diffBetween(context.project.repository, base, head);
    return list({ rows, show: (file) => file });
  }),
  projectRoute('GET /merge_requests/:merge_request_iid/commits', 'code', (context) => {
    const { store, project } = context;
    const { base, head } = diffRefs(store, project, findMergeRequest(context));
    const behind = new Set([...ancestors(project.repository, base ?? '')].map((commit) => commit.id));
    const rows = [...ancestors(project.repository, head ?? '')].filter((commit) => !behind.has(commit.id));
    return list({ rows, show: (commit) => showCommit(store, project, commit) });
  }),
];

export function findMergeRequest(context: ProjectContext): MergeRequest {
  const mr = context.project.mergeRequests.get(integerParam(context, 'merge_request_iid'));
  if (mr === undefined) throw noSuchRow();
  return mr;
}

function detail({ store, project, level, viewer }: ProjectContext, mr: MergeRequest): unknown {
  const canMerge = level >= levels.developer && mayPush(project.repository, mr.targetBranch, level);
  return showMergeRequestDetail({ store, project, canMerge, subscribed: mr.authorId === viewer.id }, mr);
}

function listMergeRequests(
  context: Context,
  projects: readonly Project[],
  defaultScope: 'all' | 'created_by_me',
): Reply {
  const { input, store } = context;
  const keep = issuableFilter(context, { states: ['opened', 'closed', 'locked', 'merged'], defaultScope });
  const [source, target] = [input.text('source_branch'), input.text('target_branch')];
  const draft = input.text('wip');
  const rows = projects.flatMap((project) =>
    [...project.mergeRequests.values()]
      .filter((mr) => keep(mr, project))
      .filter(
        (mr) => (source ?? mr.sourceBranch) === mr.sourceBranch && (target ?? mr.targetBranch) === mr.targetBranch,
      )
      .map((mr) => ({ id: mr.id, mr, project })),
  );
  const simple = input.text('view') === 'simple';
  return list({
    rows: order(rows, input, { keys: orders, fallback: 'created_at', valueOf: ({ mr }, by) => sortValue(mr, by) }),
    show: ({ mr, project }) => {
      const shown = showMergeRequest(store, project, mr);
      return simple ? Object.fromEntries(simpleFields.map((name) => [name, shown[name]])) : shown;
    },
    defaults: {
      order_by: 'created_at',
      sort: 'desc',
      state: 'all',
      with_labels_details: 'false',
      with_merge_status_recheck: 'false',
      ...(draft !== undefined && { wip: draft }),
    },
  });
}

const orders = ['created_at', 'updated_at', 'title', 'merged_at'] as const;

const simpleFields = [
  'id',
  'iid',
  'project_id',
  'title',
  'description',
  'state',
  'created_at',
  'updated_at',
  'web_url',
];

function sortValue(mr: MergeRequest, by: (typeof orders)[number]): string {
  const values = { created_at: mr.createdAt, updated_at: mr.updatedAt, title: mr.title, merged_at: mr.mergedAt ?? '' };
  return values[by];
}

/** The request as seen from where the merge request goes: this project, or the one of `target_project_id`. */
function inTarget(context: ProjectContext): ProjectContext {
  const { store, viewer, input, project } = context;
  const id = input.text('target_project_id');
  const target = id === undefined ? project : findProject(store, id);
  if (target === undefined || !canSeeProject(store, viewer, target)) throw notFound('Project');
  return { ...context, project: target, level: projectLevel(store, viewer, target) };
}

function create(context: ProjectContext, inside: ProjectContext): MergeRequest {
  const { store, viewer, input, project: source } = context;
  input.require('source_branch', 'target_branch', 'title');
  if (context.level < levels.developer) throw forbidden();
  const target = inside.project;
  if (inside.level < levels.developer && target.visibility !== 'public') throw forbidden();
  const branches = {
    sourceBranch: input.requiredText('source_branch'),
    targetBranch: input.requiredText('target_branch'),
  };
  refuseBranches(context, target, branches);
  const createdAt = store.timestamp();
  const prepared = store.now() + store.timings.mergeCheckMs;
  const mr: MergeRequest = {
    ...untouched,
    ...branches,
    id: store.nextId('merge request'),
    iid: store.nextId(`merge request of ${String(target.id)}`),
    title: readTitle(input),
    description: input.textOr('description', null),
    sourceProjectId: source.id,
    headSha: source.repository.branches.get(branches.sourceBranch)?.sha ?? null,
    milestoneId: input.integerOr('milestone_id', null),
    reviewerIds: input.integers('reviewer_ids') ?? [],
    authorId: viewer.id,
    squash: input.on('squash'),
    removeSourceBranch: input.flag('remove_source_branch') ?? null,
    preparedAtMs: prepared,
    checkedAtMs: prepared + store.timings.mergeCheckMs,
    createdAt,
    updatedAt: createdAt,
    ...chosenLabels(inside, []),
    ...chosenAssignees(context),
  };
  target.mergeRequests.set(mr.iid, mr);
  record(inside, { action: 'opened', target: eventTarget(mr) });
  return mr;
}

const untouched = {
  state: 'opened',
  baseSha: null,
  labels: [],
  assigneeIds: [],
  mergeWhenPipelineSucceeds: false,
  mergedAt: null,
  mergedById: null,
  mergeCommitSha: null,
  closedAt: null,
  closedById: null,
} as const;

function refuseBranches(
  { project }: ProjectContext,
  target: Project,
  { sourceBranch, targetBranch }: Pick<MergeRequest, 'sourceBranch' | 'targetBranch'>,
): void {
  if (project.id === target.id && sourceBranch === targetBranch) {
    throw refuse(422, ["You can't use same project/branch for source and target"]);
  }
  if (!project.repository.branches.has(sourceBranch)) throw refuse(400, { source_branch: ['does not exist'] });
  if (!target.repository.branches.has(targetBranch)) throw refuse(400, { target_branch: ['does not exist'] });
  const twin = [...target.mergeRequests.values()].find(
    (mr) =>
      mr.state === 'opened' &&
      mr.sourceProjectId === project.id &&
      mr.sourceBranch === sourceBranch &&
      mr.targetBranch === targetBranch,
  );
  if (twin === undefined) return;
  throw refuse(409, [`Another open merge request already exists for this source branch: !${String(twin.iid)}`]);
}

const changeable =
  'add_labels assignee_id assignee_ids description discussion_locked labels milestone_id remove_labels remove_source_branch reviewer_ids squash state_event target_branch title';

function update(context: ProjectContext): MergeRequest {
  const { store, project, viewer, input } = context;
  const mr = findMergeRequest(context);
  if (mr.authorId !== viewer.id && context.level < levels.developer) throw forbidden();
  input.requireOne(...changeable.split(' '));
  const updated: MergeRequest = {
    ...mr,
    title: readTitle(input, mr.title),
    description: input.textOr('description', mr.description),
    targetBranch: input.text('target_branch') ?? mr.targetBranch,
    milestoneId: input.integerOr('milestone_id', mr.milestoneId),
    squash: input.flag('squash') ?? mr.squash,
    removeSourceBranch: input.flag('remove_source_branch') ?? mr.removeSourceBranch,
    reviewerIds: input.integers('reviewer_ids') ?? mr.reviewerIds,
    ...chosenLabels(context, mr.labels),
    ...chosenAssignees(context),
    ...stateAfter(context, mr),
    updatedAt: store.timestamp(),
  };
  project.mergeRequests.set(mr.iid, updated);
  return updated;
}

function stateAfter(context: ProjectContext, mr: MergeRequest): Partial<MergeRequest> {
  const { store, viewer, input, project } = context;
  const event = input.oneOf('state_event', ['close', 'reopen']);
  if (event === 'close' && mr.state === 'opened') {
    record(context, { action: 'closed', target: eventTarget(mr) });
    const { base, head } = diffRefs(store, project, mr);
    return { state: 'closed', closedAt: store.timestamp(), closedById: viewer.id, baseSha: base, headSha: head };
  }
  if (event !== 'reopen' || mr.state !== 'closed') return {};
  record(context, { action: 'reopened', target: eventTarget(mr) });
  return { state: 'opened', closedAt: null, closedById: null, baseSha: null };
}

function eventTarget({ id, iid, title }: MergeRequest): NonNullable<Parameters<typeof record>[1]['target']> {
  return { targetId: id, targetIid: iid, targetType: 'MergeRequest', targetTitle: title };
}
