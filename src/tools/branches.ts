import * as z from 'zod';
import { commitFields } from './commit-fields.ts';
import { timestamp } from './dates.ts';
import { diffView, showDiffs } from './diff.ts';
import { ifFound } from './if-found.ts';
import { flag, paging, projectId, text, treePath } from './inputs.ts';
import { releaseFields } from './release-fields.ts';
import { defineTool } from './tool.ts';

const branchHead = z.looseObject({ commit: z.looseObject({ id: z.string() }) });
const commit = z.looseObject({ id: z.string() });

const oneCommit = { project_id: projectId, sha: text.describe('Or a branch or tag.') };

export const createBranch = defineTool({
  name: 'create_branch',
  summary: 'Create a branch from another branch, tag or commit.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/repository/branches',
  input: { project_id: projectId, branch: text, ref: text },
  examples: [{ project_id: 'team/app', branch: 'fix/login', ref: 'main' }],
  shows: ['name', 'commit.id', 'commit.title', 'default', 'protected', 'can_push', 'web_url'],
  readBack: {
    compares: ['branch', 'ref'],
    look: async (ask, { project_id, branch, ref }) => {
      const made = await ifFound(ask('GET /projects/:project_id/repository/branches/:branch', { project_id, branch }));
      if (made === undefined) return 'not so';
      const from = await ask('GET /projects/:project_id/repository/commits/:sha', { project_id, sha: ref });
      const { id } = commit.parse(from.body);
      if (branchHead.parse(made.body).commit.id !== id) return 'not so';
      return { words: `the branch ${branch} is at the commit of ${ref}`, body: made.body };
    },
  },
  verifyWith: 'get_commit',
});

export const listCommits = defineTool({
  name: 'list_commits',
  summary: 'List commits of a branch, tag or range (a..b).',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/commits',
  input: {
    project_id: projectId,
    ref_name: text.optional(),
    path: treePath.optional(),
    author: text.optional(),
    since: timestamp.optional(),
    until: timestamp.optional(),
    with_stats: flag.optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    {
      project_id: 'team/app',
      ref_name: 'main',
      path: 'CHANGELOG.md',
      author: 'Alice Adams',
      since: '2026-01-05',
      until: '2026-01-06T12:00:00Z',
      with_stats: true,
      page: 1,
      per_page: 10,
    },
  ],
  shows: [
    'id',
    'title',
    'author_name',
    'author_email',
    'authored_date',
    'committed_date',
    'parent_ids',
    'stats',
    'web_url',
  ],
});

export const getCommit = defineTool({
  name: 'get_commit',
  summary: 'Read one commit with line counts and pipeline.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/commits/:sha',
  input: oneCommit,
  examples: [{ project_id: 'team/app', sha: 'v1.0.0' }],
  shows: commitFields,
});

export const getCommitDiff = defineTool({
  name: 'get_commit_diff',
  summary: 'Read the changes of a commit, a page of files at a time.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/commits/:sha/diff',
  input: { ...oneCommit, ...paging },
  view: diffView,
  examples: [
    { project_id: 'team/app', sha: 'main' },
    { project_id: 'team/app', sha: 'v1.0.0', page: 1, per_page: 5, files: ['*.md', '!docs/'] },
  ],
  reply: showDiffs,
});

export const listReleases = defineTool({
  name: 'list_releases',
  summary: 'List releases with notes and assets.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/releases',
  input: {
    project_id: projectId,
    order_by: z.enum(['released_at', 'created_at']).optional(),
    sort: z.enum(['asc', 'desc']).optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    { project_id: 'team/app', order_by: 'created_at', sort: 'asc', page: 1, per_page: 5 },
  ],
  shows: releaseFields,
});
