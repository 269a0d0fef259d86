import * as z from 'zod';
import { flag, namespacePath, paging, projectId, text, treePath } from './inputs.ts';
import type { AskGitLab } from './tool.ts';
import { defineTool } from './tool.ts';

const listed = [
  'id',
  'path_with_namespace',
  'description',
  'visibility',
  'default_branch',
  'last_activity_at',
  'archived',
  'web_url',
];

export const getProject = defineTool({
  name: 'get_project',
  summary:
    'Read one project: ids, default branch, visibility, counts of issues, stars and forks, settings that matter for work.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id',
  input: { project_id: projectId },
  examples: [{ project_id: 'team/app' }],
  shows: [
    ...listed,
    'name',
    'namespace.id',
    'namespace.full_path',
    'namespace.kind',
    'topics',
    'created_at',
    'open_issues_count',
    'star_count',
    'forks_count',
    'forked_from_project.path_with_namespace',
    'ssh_url_to_repo',
    'http_url_to_repo',
    'merge_method',
    'squash_option',
    'only_allow_merge_if_pipeline_succeeds',
    'only_allow_merge_if_all_discussions_are_resolved',
    'permissions.project_access.access_level',
    'permissions.group_access.access_level',
  ],
});

export const listProjects = defineTool({
  name: 'list_projects',
  summary: 'List projects that you can see, or those of one group (namespace).',
  effect: 'read',
  endpoint: 'GET /projects',
  reach: 'projects',
  or: { when: 'namespace', endpoint: 'GET /groups/:namespace/projects' },
  input: {
    namespace: namespacePath.optional(),
    search: text.optional(),
    visibility: z.enum(['public', 'internal', 'private']).optional(),
    order_by: z.enum(['id', 'name', 'path', 'created_at', 'updated_at', 'last_activity_at']).optional(),
    sort: z.enum(['asc', 'desc']).optional(),
    ...paging,
  },
  examples: [{}, { namespace: 'team', search: 'app', order_by: 'last_activity_at', sort: 'desc', per_page: 10 }],
  shows: listed,
});

export const searchRepositories = defineTool({
  name: 'search_repositories',
  summary: 'Find projects by name, path or description.',
  effect: 'read',
  endpoint: 'GET /projects',
  reach: 'projects',
  input: { query: text, namespace: namespacePath.optional(), ...paging },
  examples: [{ query: 'app' }, { query: 'project', namespace: 'team', page: 1, per_page: 10 }],
  shows: listed,
  run: async (ask, { query, namespace, ...place }) => {
    const search = { search: query, ...place };
    if (namespace !== undefined) {
      return ask('GET /groups/:namespace/projects', { namespace, include_subgroups: true, ...search });
    }
    // Without it GitLab finds nothing for group/project.
    return ask('GET /projects', { ...search, ...(query.includes('/') && { search_namespaces: true }) });
  },
});

export const listGroupProjects = defineTool({
  name: 'list_group_projects',
  summary: 'List the projects of a group.',
  effect: 'read',
  endpoint: 'GET /groups/:group_id/projects',
  reach: 'projects',
  input: {
    group_id: namespacePath,
    archived: flag.optional(),
    include_subgroups: flag.optional(),
    ...paging,
  },
  examples: [
    { group_id: 'team' },
    { group_id: 'team', archived: false, include_subgroups: true, page: 1, per_page: 50 },
  ],
  shows: listed,
});

export const getRepositoryTree = defineTool({
  name: 'get_repository_tree',
  summary: 'List files and folders of a repository.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/tree',
  input: {
    project_id: projectId,
    path: treePath.optional(),
    ref: text.optional(),
    recursive: flag.optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    { project_id: 'team/app', path: 'src', ref: 'main', recursive: true, per_page: 100 },
  ],
  shows: ['path', 'type', 'mode', 'id'],
});

export const listProjectMembers = defineTool({
  name: 'list_project_members',
  summary: 'List direct members of a project, or inherited ones too.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/members',
  input: {
    project_id: projectId,
    query: text.optional(),
    include_inherited: flag.optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    { project_id: 'team/app', query: 'alice', include_inherited: true, page: 1, per_page: 50 },
  ],
  shows: ['id', 'username', 'name', 'state', 'membership_state', 'access_level', 'expires_at', 'created_at', 'web_url'],
  run: async (ask, { include_inherited, ...params }) =>
    ask(`GET /projects/:project_id/members${include_inherited === true ? '/all' : ''}`, params),
});

const made = [
  ...listed,
  'name',
  'namespace.id',
  'namespace.full_path',
  'ssh_url_to_repo',
  'http_url_to_repo',
  'forked_from_project.path_with_namespace',
  'import_status',
  'import_error',
];

const namespace = z.looseObject({ id: z.number() });

/** GitLab takes only the number of a namespace for a new project. */
async function namespaceNumber(ask: AskGitLab, given: string): Promise<number> {
  if (/^\d+$/u.test(given)) return Number(given);
  const { body } = await ask('GET /namespaces/:namespace_id', { namespace_id: given });
  return namespace.parse(body).id;
}

export const createRepository = defineTool({
  name: 'create_repository',
  summary: 'Create a project in a namespace, by default your own.',
  effect: 'write',
  endpoint: 'POST /projects',
  reach: 'beyond',
  input: {
    name: text,
    namespace_id: namespacePath.optional().describe('Id or full path.'),
    description: z.string().optional(),
    visibility: z.enum(['public', 'internal', 'private']).optional(),
    initialize_with_readme: flag.optional(),
  },
  examples: [
    { name: 'Tools' },
    {
      name: 'Docs',
      namespace_id: 'team/subgroup',
      description: 'What to read',
      visibility: 'private',
      initialize_with_readme: true,
    },
  ],
  shows: made,
  verifyWith: 'search_repositories',
  run: async (ask, { namespace_id, ...project }) => {
    if (namespace_id === undefined) return ask('POST /projects', project);
    return ask('POST /projects', { ...project, namespace_id: await namespaceNumber(ask, namespace_id) });
  },
});

export const forkRepository = defineTool({
  name: 'fork_repository',
  summary: 'Fork a project, by default into your own namespace.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/fork',
  reach: 'beyond',
  input: {
    project_id: projectId,
    namespace: namespacePath.optional(),
  },
  examples: [{ project_id: 'team/app' }, { project_id: 'team/app', namespace: 'team/subgroup' }],
  shows: made,
  verifyWith: 'search_repositories',
});
