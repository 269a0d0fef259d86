import type { Grants } from '../caller.ts';
import { tools } from './index.ts';
import type { RegisteredTool } from './index.ts';
import { isOffered } from './policy.ts';

/** Which tool shows the values that an argument can have. */
const finders: Readonly<Record<string, string>> = {
  project_id: 'list_projects',
  group_id: 'list_namespaces',
  namespace: 'list_namespaces',
  namespace_id: 'list_namespaces',
  issue_iid: 'list_issues',
  issue_link_id: 'list_issue_links',
  link_id: 'list_issue_links',
  merge_request_iid: 'list_merge_requests',
  draft_note_id: 'list_draft_notes',
  file_path: 'get_repository_tree',
  path: 'get_repository_tree',
  sha: 'list_commits',
  label_id: 'list_labels',
  tag_name: 'list_releases',
  pipeline_id: 'list_pipelines',
  job_id: 'list_pipeline_jobs',
  milestone_id: 'list_milestones',
  slug: 'list_wiki_pages',
};

const discussions = { merge_request_iid: 'mr_discussions', issue_iid: 'list_issue_discussions' } as const;

function finderOf(tool: RegisteredTool, name: string): string | undefined {
  if (name !== 'discussion_id' && name !== 'note_id') return finders[name];
  return Object.hasOwn(tool.input, 'issue_iid') ? discussions.issue_iid : discussions.merge_request_iid;
}

/** For a 404: each identifier in the path with the tool that lists what there is, as far as the caller has these tools. */
export function whereToLook(tool: RegisteredTool, grants: Grants): string {
  const names = [...tool.endpoint.matchAll(/[:*](?<name>\w+)/gu)].map(({ groups }) => groups?.['name'] ?? '');
  const advice = names.flatMap((name) => {
    const finder = tools.get(finderOf(tool, name) ?? '');
    return finder !== undefined && isOffered(grants, finder) ? [`${name} with ${finder.name}`] : [];
  });
  return advice.length === 0 ? '' : `Check ${advice.join(', ')}.`;
}
