import * as z from 'zod';
import { filePath, flag, namespacePath, paging, projectId, text } from './inputs.ts';
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
  summary: 'Read one project: ids, default branch, visibility, statistics, settings that matter for work.',
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

export const getRepositoryTree = defineTool({
  name: 'get_repository_tree',
  summary: 'List files and folders of a repository.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/tree',
  input: {
    project_id: projectId,
    path: filePath.optional(),
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
