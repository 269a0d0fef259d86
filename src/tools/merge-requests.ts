import * as z from 'zod';
import { Failure } from '../errors.ts';
import { idOrNone, refuseNoChange } from './changes.ts';
import { flag, ids, labels, number, paging, projectId, text } from './inputs.ts';
import { hasCommand } from './quick-actions.ts';
import { isAsAsked } from './read-back.ts';
import { mergeRequestFields } from './shown-fields.ts';
import type { Args, AskGitLab } from './tool.ts';
import { defineTool } from './tool.ts';

const whole = [
  'id',
  'project_id',
  ...mergeRequestFields,
  'description',
  'sha',
  'diff_refs',
  'changes_count',
  'source_project_id',
  'target_project_id',
  'blocking_discussions_resolved',
  'head_pipeline.id',
  'head_pipeline.status',
  'head_pipeline.web_url',
  'merge_when_pipeline_succeeds',
  'squash',
  'should_remove_source_branch',
  'merge_error',
  'merge_commit_sha',
  'squash_commit_sha',
  'merge_user.username',
  'merged_at',
  'closed_by.username',
  'closed_at',
  'references.full',
];

const oneMergeRequest = { project_id: projectId, merge_request_iid: number };

export const listMergeRequests = defineTool({
  name: 'list_merge_requests',
  summary: 'List merge requests of a project.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests',
  input: {
    project_id: projectId,
    state: z.enum(['opened', 'closed', 'merged', 'locked', 'all']).optional(),
    scope: z.enum(['created_by_me', 'assigned_to_me', 'all']).optional(),
    order_by: z.enum(['created_at', 'updated_at']).optional(),
    sort: z.enum(['asc', 'desc']).optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    { project_id: 'team/app', state: 'opened', scope: 'all', order_by: 'updated_at', sort: 'desc', per_page: 10 },
  ],
  shows: mergeRequestFields,
});

const list = z.array(
  z.looseObject({ iid: z.number(), source_project_id: z.number().nullish(), target_project_id: z.number().nullish() }),
);

type Found = z.infer<typeof list>[number];

/** A fork may have a branch of the same name. */
const isOwn = ({ source_project_id: from, target_project_id: into }: Found): boolean => from === into;

/** The newest merge request of a branch: an open one first, and one of the project's own branch before a fork's. */
async function newestOf(ask: AskGitLab, which: Args): Promise<Found | undefined> {
  const find = async (more: Args): Promise<Found | undefined> => {
    const { body } = await ask('GET /projects/:project_id/merge_requests', { ...which, ...more, per_page: 20 });
    const found = list.parse(body);
    return found.find((each) => isOwn(each)) ?? found[0];
  };
  return (await find({ state: 'opened' })) ?? find({});
}

export const getMergeRequest = defineTool({
  name: 'get_merge_request',
  summary: 'Read one merge request by its number or by its source branch.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid',
  input: { project_id: projectId, merge_request_iid: number.optional(), branch_name: text.optional() },
  examples: [
    { project_id: 'team/app', merge_request_iid: 1 },
    { project_id: 'team/app', branch_name: 'feature' },
  ],
  refuses: ({ merge_request_iid, branch_name }) =>
    merge_request_iid === undefined && branch_name === undefined ? 'Give merge_request_iid or branch_name.' : undefined,
  shows: whole,
  run: async (ask, { project_id, merge_request_iid, branch_name }) => {
    const one = 'GET /projects/:project_id/merge_requests/:merge_request_iid';
    if (merge_request_iid !== undefined) return ask(one, { project_id, merge_request_iid });
    const found = await newestOf(ask, { project_id, source_branch: branch_name });
    if (found === undefined) {
      const words = `No merge request of ${project_id} has the source branch ${String(branch_name)}. See list_merge_requests.`;
      throw new Failure('GITLAB_NOT_FOUND', words);
    }
    return ask(one, { project_id, merge_request_iid: found.iid });
  },
});

const mergeState = z.looseObject({
  state: z.string().nullish(),
  sha: z.string().nullish(),
  merge_when_pipeline_succeeds: z.boolean().nullish(),
});

const changes = {
  description: z.string().optional(),
  reviewer_ids: ids.optional(),
  labels: labels.optional(),
};

export const createMergeRequest = defineTool({
  name: 'create_merge_request',
  summary: 'Open a merge request; begin the title with Draft: for a draft.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/merge_requests',
  input: {
    project_id: projectId,
    title: text,
    source_branch: text,
    target_branch: text,
    ...changes,
    assignee_id: number.optional(),
    milestone_id: number.optional(),
    remove_source_branch: flag.optional(),
  },
  examples: [
    { project_id: 'team/app', title: 'Try again', source_branch: 'abandoned', target_branch: 'main' },
    {
      project_id: 'team/app',
      title: 'Draft: Rewrite the search',
      source_branch: 'feature/draft',
      target_branch: 'feature/login',
      description: 'Closes #2',
      assignee_id: 2,
      reviewer_ids: [1],
      labels: ['feature'],
      milestone_id: 301,
      remove_source_branch: true,
    },
  ],
  shows: whole,
  // GitLab takes only one open merge request from a branch into another.
  readBack: {
    compares: ['title', 'source_branch', 'target_branch', 'description'],
    look: async (ask, { project_id, title, source_branch, target_branch, description }) => {
      const which = { project_id, source_branch, target_branch, state: 'opened' };
      // GitLab obeys commands and takes them out of the text.
      const isCommanded = hasCommand(description ?? '');
      const asked = { title: title.trim(), source_branch, target_branch, ...(!isCommanded && { description }) };
      const { body } = await ask('GET /projects/:project_id/merge_requests', which);
      const found = list.parse(body).find((each) => isOwn(each) && isAsAsked(each, asked));
      // They may have changed its title or closed it.
      if (found === undefined) return isCommanded ? 'cannot tell' : 'not so';
      const name = `merge request !${String(found.iid)}`;
      return { words: `${name} from ${source_branch} into ${target_branch} is open, with this title`, body: found };
    },
  },
  verifyWith: 'list_merge_requests',
});

export const updateMergeRequest = defineTool({
  name: 'update_merge_request',
  summary: 'Change, close or reopen a merge request; labels and reviewer_ids replace all.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/merge_requests/:merge_request_iid',
  input: {
    ...oneMergeRequest,
    title: text.optional(),
    target_branch: text.optional(),
    ...changes,
    assignee_id: idOrNone.optional(),
    milestone_id: idOrNone.optional(),
    state_event: z.enum(['close', 'reopen']).optional(),
  },
  examples: [
    { project_id: 'team/app', merge_request_iid: 3, title: 'Add the search' },
    {
      project_id: 'team/app',
      merge_request_iid: 3,
      title: 'Add the whole search',
      target_branch: 'feature/login',
      description: 'Ready.',
      assignee_id: 0,
      reviewer_ids: [1, 2],
      labels: 'feature,needs review',
      milestone_id: 301,
      state_event: 'close',
    },
  ],
  refuses: refuseNoChange('project_id', 'merge_request_iid'),
  shows: whole,
  verifyWith: 'get_merge_request',
});

export const mergeMergeRequest = defineTool({
  name: 'merge_merge_request',
  summary: 'Merge a merge request; give sha so that only the reviewed commit is merged.',
  effect: 'destructive',
  endpoint: 'PUT /projects/:project_id/merge_requests/:merge_request_iid/merge',
  once: true,
  input: {
    ...oneMergeRequest,
    sha: text.optional(),
    merge_commit_message: text.optional(),
    squash: flag.optional(),
    should_remove_source_branch: flag.optional(),
    auto_merge: flag.optional().describe('Merge when the pipeline succeeds.'),
  },
  examples: [
    { project_id: 'team/app', merge_request_iid: 2 },
    {
      project_id: 'team/app',
      merge_request_iid: 2,
      squash: true,
      should_remove_source_branch: true,
      sha: 'a'.repeat(40),
      auto_merge: true,
    },
  ],
  shows: whole,
  // GitLab before 17.11 knows only the older word, passes over the newer one and would merge at once.
  run: async (ask, args) =>
    ask('PUT /projects/:project_id/merge_requests/:merge_request_iid/merge', {
      ...args,
      merge_when_pipeline_succeeds: args.auto_merge,
    }),
  // https://docs.gitlab.com/api/merge_requests/#merge-a-merge-request
  explains: {
    401: { code: 'GITLAB_FORBIDDEN', means: 'Your role may not merge into this branch.' },
    405: {
      means:
        'It cannot be merged as it is (draft, closed, pipeline, approvals): read detailed_merge_status with get_merge_request.',
    },
    406: { means: 'Git finds conflicts: rebase or resolve them on the source branch.' },
    409: {
      means: 'The source branch has moved since that sha: read it again with get_merge_request and review what is new.',
    },
    422: { means: 'Git cannot merge the branches, mostly for conflicts: rebase or resolve them on the source branch.' },
  },
  readBack: {
    compares: ['sha', 'auto_merge'],
    look: async (ask, { project_id, merge_request_iid, sha, auto_merge: isAuto }) => {
      const which = { project_id, merge_request_iid };
      const { body } = await ask('GET /projects/:project_id/merge_requests/:merge_request_iid', which);
      const { state, merge_when_pipeline_succeeds: isSet, sha: head } = mergeState.parse(body);
      if (sha !== undefined && sha !== head) return 'not so';
      const name = `merge request !${String(merge_request_iid)}`;
      if (state === 'merged') return { words: `${name} is merged`, body };
      const isWaiting = state === 'opened' && isAuto === true && isSet === true;
      return isWaiting ? { words: `${name} is set to be merged when its pipeline succeeds`, body } : 'not so';
    },
  },
  verifyWith: 'get_merge_request',
});
