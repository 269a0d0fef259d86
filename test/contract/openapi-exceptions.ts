/** Lists that GitLab pages like every other, though the only document that knows them does not say so. */
const paged = [
  'GET /projects/{id}/issues/{issue_iid}/discussions',
  'GET /projects/{id}/labels',
  'GET /projects/{id}/merge_requests/{merge_request_iid}/discussions',
  'GET /projects/{id}/milestones',
  'GET /projects/{id}/milestones/{milestone_id}/issues',
  'GET /projects/{id}/milestones/{milestone_id}/merge_requests',
];

const paging = 'https://docs.gitlab.com/api/rest/#offset-based-pagination';
const actions = 'https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions';
const multiline = 'https://docs.gitlab.com/api/discussions/#parameters-for-multiline-comments';
const discussions = 'https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/discussions.rb';

/** What GitLab's OpenAPI documents of 2022 to 2025 say against a request, and where GitLab itself says otherwise. */
export const exceptions: ReadonlyMap<string, string> = new Map([
  ...paged.flatMap((route) => [
    [`${route} knows no page`, paging] as const,
    [`${route} knows no per_page`, paging] as const,
  ]),
  // Demanded of a move only, and of a chmod only.
  ['POST /projects/{id}/repository/commits needs actions[previous_path]', actions],
  ['POST /projects/{id}/repository/commits needs actions[execute_filemode]', actions],
  ['POST /projects/{id}/merge_requests/{merge_request_iid}/discussions knows no position[line_range]', multiline],
  // The document copies a slip of the documentation: a note that is yet to be made has no id, and the code asks for none.
  ['POST /projects/{id}/issues/{issue_iid}/discussions/{discussion_id}/notes needs note_id', discussions],
  [
    'POST /projects/{id}/merge_requests/{merge_request_iid}/discussions/{discussion_id}/notes needs note_id',
    discussions,
  ],
]);
