/** The workflows that teams ask for most, as MCP prompts: https://modelcontextprotocol.io/specification/2025-06-18/server/prompts */

interface Argument {
  readonly name: string;
  readonly description: string;
}

export interface Prompt {
  readonly name: string;
  readonly description: string;
  /** Every one is required. */
  readonly arguments: readonly Argument[];
  /** The toolsets whose tools the text names. */
  readonly toolsets: readonly string[];
  /** `{name}` stands for an argument. */
  readonly text: string;
}

const project: Argument = { name: 'project_id', description: 'Project id or full path' };

export const prompts: readonly Prompt[] = [
  {
    name: 'code_review',
    description: 'Review a merge request',
    arguments: [project, { name: 'merge_request_iid', description: 'Number of the merge request' }],
    toolsets: ['merge_requests', 'files'],
    text: `Review merge request !{merge_request_iid} of {project_id}.
1. get_merge_request: purpose, target branch, detailed_merge_status, head pipeline, sha.
2. mr_discussions: what was said already; do not repeat it.
3. get_merge_request_diffs, page by page until next_page is absent; read whole files with get_file_contents (ref = the sha) where the diff is not enough.
4. Report findings by weight with file and line. Comment with create_merge_request_thread only when asked to; never merge.`,
  },
  {
    name: 'issue_triage',
    description: 'Triage the open issues of a project',
    arguments: [project],
    toolsets: ['issues', 'labels'],
    text: `Triage the open issues of {project_id}.
1. list_labels: the labels in use.
2. list_issues with state=opened, page by page; get_issue and list_issue_discussions where the title is not enough.
3. Propose for each: labels, severity, duplicates (issue links), missing facts. Change anything (update_issue, create_issue_link) only when asked to.`,
  },
  {
    name: 'explore_repository',
    description: 'Get to know a repository',
    arguments: [project],
    toolsets: ['projects', 'files'],
    text: `Explore the repository of {project_id}.
1. get_project: default branch, description.
2. get_repository_tree at the root, then the folders that matter; recursive=true only for small ones.
3. get_file_contents of README, build and CI files, entry points.
4. Summarise: purpose, layout, how it is built, tested and run.`,
  },
  {
    name: 'feature_branch',
    description: 'Make a change on a branch of its own and open a merge request',
    arguments: [project, { name: 'change', description: 'What is to change' }],
    toolsets: ['projects', 'branches_commits', 'files', 'merge_requests'],
    text: `Make this change in {project_id}: {change}
1. get_project for the default branch; create_branch from it.
2. Read the files first (get_file_contents), then commit all changes at once with push_files on the new branch.
3. create_merge_request into the default branch with a description of what and why.
4. Answer with the link. If a write answers OUTCOME_UNKNOWN, check before repeating it.`,
  },
  {
    name: 'debug_pipeline',
    description: 'Find out why a pipeline failed',
    arguments: [project, { name: 'pipeline_id', description: 'Id of the pipeline' }],
    toolsets: ['pipelines', 'branches_commits'],
    text: `Find out why pipeline {pipeline_id} of {project_id} failed.
1. get_pipeline, then list_pipeline_jobs with scope=["failed"]: stage, failure_reason.
2. get_pipeline_job_output of each failed job with extract=errors or extract=test_results; then search with context_lines for more.
3. get_commit_diff of the pipeline's sha where the cause may be in the change.
4. Report cause, evidence (log line numbers) and a fix. Retry a job only when asked to.`,
  },
  {
    name: 'investigate_release',
    description: 'Find out what a release holds and how it was built',
    arguments: [project, { name: 'tag_name', description: 'Tag of the release' }],
    toolsets: ['branches_commits', 'releases', 'merge_requests'],
    text: `Investigate release {tag_name} of {project_id}.
1. get_release: notes, assets, commit; list_releases: the one before.
2. get_branch_diffs from the previous tag to {tag_name}: commits and changed files.
3. Where pipelines are on: get_latest_release_pipeline with include_jobs=true.
4. Summarise what changed, risks, and how it was built.`,
  },
];

/** The prompt's text with its arguments filled in. */
export function fillIn(prompt: Prompt, given: Readonly<Record<string, string>>): string {
  return prompt.text.replaceAll(/\{(?<name>\w+)\}/gu, (mark, name: string) => given[name] ?? mark);
}
