import * as z from 'zod';
import { ifFound } from './if-found.ts';
import { namespacePath, paging, text } from './inputs.ts';
import { defineTool } from './tool.ts';

const listed = ['id', 'full_path', 'name', 'kind', 'parent_id', 'web_url'];

export const listNamespaces = defineTool({
  name: 'list_namespaces',
  summary: 'List your groups and user namespaces.',
  effect: 'read',
  endpoint: 'GET /namespaces',
  reach: 'people',
  input: { search: text.optional(), ...paging },
  examples: [{}, { search: 'team', page: 1, per_page: 50 }],
  shows: listed,
});

export const getNamespace = defineTool({
  name: 'get_namespace',
  summary: 'Read one namespace by its id or full path.',
  effect: 'read',
  endpoint: 'GET /namespaces/:namespace_id',
  reach: 'people',
  input: { namespace_id: namespacePath },
  examples: [{ namespace_id: 'team/subgroup' }],
  shows: [...listed, 'members_count_with_descendants', 'projects_count', 'root_repository_size', 'plan', 'trial'],
});

const namespace = z.looseObject({ id: z.number() });

export const verifyNamespace = defineTool({
  name: 'verify_namespace',
  summary: 'Tell whether a namespace path is taken.',
  effect: 'read',
  endpoint: 'GET /namespaces/:namespace_path/exists',
  reach: 'people',
  input: { namespace_path: namespacePath },
  examples: [{ namespace_path: 'team' }],
  shows: ['exists', 'suggests'],
  // GitLab looks only right below one parent: https://docs.gitlab.com/api/namespaces/#verify-namespace-availability
  run: async (ask, { namespace_path }) => {
    const endpoint = 'GET /namespaces/:namespace_path/exists';
    const slash = namespace_path.lastIndexOf('/');
    if (slash === -1) return ask(endpoint, { namespace_path });
    const parent = await ifFound(ask('GET /namespaces/:parent', { parent: namespace_path.slice(0, slash) }));
    if (parent === undefined) return { body: { exists: false } };
    const { id } = namespace.parse(parent.body);
    return ask(endpoint, { namespace_path: namespace_path.slice(slash + 1), parent_id: id });
  },
});
