import type { Endpoint } from './tool.ts';

/** Which page of GitLab's REST documentation describes an endpoint: the first part that its path holds decides. */
const pages: readonly (readonly [part: string, page: string])[] = [
  ['/repository/files', 'repository_files'],
  ['/repository/commits', 'commits'],
  ['/repository/branches', 'branches'],
  ['/repository/', 'repositories'],
  ['/draft_notes', 'draft_notes'],
  ['/discussions', 'discussions'],
  ['/notes', 'notes'],
  ['/links', 'issue_links'],
  ['/milestones', 'milestones'],
  ['/labels', 'labels'],
  ['/releases', 'releases'],
  ['/wikis', 'wikis'],
  ['/uploads', 'project_markdown_uploads'],
  ['/trace', 'jobs'],
  ['/jobs', 'jobs'],
  ['/bridges', 'jobs'],
  ['/pipeline', 'pipelines'],
  ['/merge_requests', 'merge_requests'],
  ['/issues', 'issues'],
  ['/members', 'members'],
  ['/fork', 'project_forks'],
  ['/events', 'events'],
  ['/namespaces', 'namespaces'],
  ['/users', 'users'],
  ['/groups/', 'groups'],
  ['/projects', 'projects'],
];

/** The address of GitLab's page on an endpoint. */
export function gitlabPage(endpoint: Endpoint): string {
  const [, page] = pages.find(([part]) => endpoint.includes(part)) ?? [];
  if (page === undefined) throw new TypeError(`no page of GitLab's documentation is known for ${endpoint}`);
  return `https://docs.gitlab.com/api/${page}/`;
}
