import type { Repository } from '../repository/repository.ts';
import type { Store } from '../store.ts';
import type { Event } from './event.ts';
import { showProjectNamespace } from './group.ts';
import type { Namespace, Visibility } from './group.ts';
import type { Issue } from './issue.ts';
import type { Label } from './label.ts';
import type { MergeRequest } from './merge-request.ts';
import type { Milestone } from './milestone.ts';
import type { Job, Pipeline } from './pipeline.ts';
import type { Release } from './release.ts';
import type { DraftNote, Thread } from './thread.ts';
import { showUserId } from './user.ts';
import type { Member } from './user.ts';
import type { StoredFile } from './upload.ts';
import type { WikiPage } from './wiki-page.ts';

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly fullPath: string;
  readonly description: string | null;
  readonly namespace: Namespace;
  readonly visibility: Visibility;
  readonly archived: boolean;
  readonly creatorId: number;
  readonly createdAt: string;
  readonly lastActivityAt: string;
  readonly forkedFromId: number | null;
  /** A fork is copied in the background: until this moment (milliseconds) its import is `scheduled`. */
  readonly importedAtMs: number | null;
  readonly pipelineMustSucceed: boolean;
  readonly discussionsMustBeResolved: boolean;
  readonly members: Map<number, Member>;
  readonly repository: Repository;
  readonly issues: Map<number, Issue>;
  readonly mergeRequests: Map<number, MergeRequest>;
  /** By `Issue/7` or `MergeRequest/7`. */
  readonly threads: Map<string, Thread[]>;
  readonly draftNotes: Map<number, DraftNote>;
  readonly labels: Map<number, Label>;
  readonly milestones: Map<number, Milestone>;
  readonly pipelines: Map<number, Pipeline>;
  readonly jobs: Map<number, Job>;
  readonly releases: Map<string, Release>;
  readonly wikiPages: Map<string, WikiPage>;
  /** Uploads by `secret/filename`, packages by `name/version/filename`. */
  readonly files: Map<string, StoredFile>;
  readonly events: Event[];
}

/** Who looks, for the fields that depend on it. */
export interface Sight {
  /** The viewer's role in the project itself and through its group. */
  readonly projectLevel: number;
  readonly groupLevel: number;
}

/** The short form, for viewers without a role in a public project and for `simple=true`. */
export function showProjectBasics(store: Store, project: Project): Readonly<Record<string, unknown>> {
  const web = projectUrl(store, project);
  const host = new URL(store.url).host;
  return {
    id: project.id,
    description: project.description,
    name: project.name,
    name_with_namespace: `${project.namespace.fullPath.split('/').join(' / ')} / ${project.name}`,
    path: project.path,
    path_with_namespace: project.fullPath,
    created_at: project.createdAt,
    default_branch: project.repository.branches.size === 0 ? null : project.repository.defaultBranch,
    tag_list: [],
    topics: [],
    ssh_url_to_repo: `git@${host}:${project.fullPath}.git`,
    http_url_to_repo: `${web}.git`,
    web_url: web,
    readme_url: `${web}/-/blob/${project.repository.defaultBranch}/README.md`,
    forks_count: [...store.projects.values()].filter((each) => each.forkedFromId === project.id).length,
    avatar_url: null,
    star_count: 0,
    last_activity_at: project.lastActivityAt,
    visibility: project.visibility,
    namespace: showProjectNamespace(store, project.namespace),
  };
}

/** A project in full, as `GET /projects/:id` and the lists of projects give it. */
export function showProject(store: Store, project: Project, sight: Sight): Readonly<Record<string, unknown>> {
  const importing = project.importedAtMs !== null && store.now() < project.importedAtMs;
  const parent = project.forkedFromId === null ? undefined : store.projects.get(project.forkedFromId);
  return {
    ...showProjectBasics(store, project),
    ...settings,
    container_registry_image_prefix: `registry.example.com/${project.fullPath}`,
    _links: links(store, project),
    marked_for_deletion_at: null,
    marked_for_deletion_on: null,
    empty_repo: project.repository.branches.size === 0,
    archived: project.archived,
    ...(project.namespace.kind === 'user' && { owner: showUserId(store, project.creatorId) }),
    creator_id: project.creatorId,
    import_url: null,
    import_type: null,
    import_status: importing ? 'scheduled' : parent === undefined ? 'none' : 'finished',
    import_error: null,
    open_issues_count: [...project.issues.values()].filter((issue) => issue.state === 'opened').length,
    description_html: `<p data-sourcepos="1:1-1:9" dir="auto">${project.description ?? ''}</p>`,
    updated_at: project.lastActivityAt,
    service_desk_address: `incoming+${project.fullPath.replaceAll('/', '-')}-${String(project.id)}-issue-@example.com`,
    only_allow_merge_if_pipeline_succeeds: project.pipelineMustSucceed,
    only_allow_merge_if_all_discussions_are_resolved: project.discussionsMustBeResolved,
    ...(parent && { forked_from_project: showProjectBasics(store, parent) }),
    ...(sight.projectLevel >= 40 && { runners_token: 'GR1348941stand-in' }),
    container_expiration_policy: { ...expirationPolicy, next_run_at: project.createdAt },
    permissions: { project_access: access(sight.projectLevel), group_access: access(sight.groupLevel) },
  };
}

export function projectUrl(store: Store, project: Project): string {
  return `${store.url}/${project.fullPath}`;
}

export function projectApiUrl(store: Store, project: Project): string {
  return `${store.url}/api/v4/projects/${String(project.id)}`;
}

function access(level: number): unknown {
  return level === 0 ? null : { access_level: level, notification_level: 3 };
}

function links(store: Store, project: Project): unknown {
  const self = projectApiUrl(store, project);
  return {
    self,
    issues: `${self}/issues`,
    merge_requests: `${self}/merge_requests`,
    repo_branches: `${self}/repository/branches`,
    labels: `${self}/labels`,
    events: `${self}/events`,
    members: `${self}/members`,
    cluster_agents: `${self}/cluster_agents`,
  };
}

const expirationPolicy = {
  cadence: '1d',
  enabled: false,
  keep_n: 10,
  older_than: '90d',
  name_regex: '.*',
  name_regex_keep: null,
};

const enabledFeatures = {
  analytics_access_level: 'enabled',
  builds_access_level: 'enabled',
  container_registry_access_level: 'enabled',
  environments_access_level: 'enabled',
  feature_flags_access_level: 'enabled',
  forking_access_level: 'enabled',
  infrastructure_access_level: 'enabled',
  issues_access_level: 'enabled',
  merge_requests_access_level: 'enabled',
  model_experiments_access_level: 'enabled',
  model_registry_access_level: 'enabled',
  monitor_access_level: 'enabled',
  operations_access_level: 'enabled',
  pages_access_level: 'enabled',
  releases_access_level: 'enabled',
  repository_access_level: 'enabled',
  requirements_access_level: 'enabled',
  security_and_compliance_access_level: 'private',
  snippets_access_level: 'enabled',
  wiki_access_level: 'enabled',
};

/** Fields that this stand-in holds fixed, with the values of a fresh project on gitlab.com. */
const settings = {
  ...enabledFeatures,
  allow_merge_on_skipped_pipeline: null,
  approvals_before_merge: 0,
  auto_cancel_pending_pipelines: 'enabled',
  auto_devops_deploy_strategy: 'continuous',
  auto_devops_enabled: false,
  autoclose_referenced_issues: true,
  build_coverage_regex: null,
  build_git_strategy: 'fetch',
  build_timeout: 3600,
  can_create_merge_request_in: true,
  ci_allow_fork_pipelines_to_run_in_parent_project: true,
  ci_config_path: '',
  ci_default_git_depth: 20,
  ci_forward_deployment_enabled: true,
  ci_forward_deployment_rollback_allowed: true,
  ci_job_token_scope_enabled: false,
  ci_separated_caches: true,
  compliance_frameworks: [],
  container_registry_enabled: true,
  emails_disabled: false,
  emails_enabled: true,
  enforce_auth_checks_on_uploads: true,
  external_authorization_classification_label: '',
  group_runners_enabled: true,
  issue_branch_template: null,
  issues_enabled: true,
  issues_template: null,
  jobs_enabled: true,
  keep_latest_artifact: true,
  lfs_enabled: true,
  merge_commit_template: null,
  merge_method: 'merge',
  merge_pipelines_enabled: false,
  merge_requests_enabled: true,
  merge_requests_template: null,
  merge_trains_enabled: false,
  mirror: false,
  packages_enabled: true,
  printing_merge_request_link_enabled: true,
  public_jobs: true,
  remove_source_branch_after_merge: true,
  repository_object_format: 'sha1',
  request_access_enabled: true,
  requirements_enabled: true,
  resolve_outdated_diff_discussions: false,
  restrict_user_defined_variables: false,
  runner_token_expiration_interval: null,
  security_and_compliance_enabled: true,
  service_desk_enabled: true,
  shared_runners_enabled: true,
  shared_with_groups: [],
  snippets_enabled: true,
  squash_commit_template: null,
  squash_option: 'default_off',
  suggestion_commit_message: null,
  warn_about_potentially_unwanted_characters: true,
  wiki_enabled: true,
};
