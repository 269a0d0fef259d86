import { canSeeProject, findProject } from '../access.ts';
import { integerParam } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showIssue } from '../entities/issue.ts';
import type { Issue, IssueLink } from '../entities/issue.ts';
import type { Project } from '../entities/project.ts';
import { noSuchRow, notFound, refuse } from '../errors.ts';
import { created, json } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';
import { findIssue, visibleIssue } from './issues.ts';

export const issueLinkRoutes: readonly Route[] = [
  // Not cut into pages (lib/api/issue_links.rb).
  projectRoute('GET /issues/:issue_iid/links', 'read', (context) => {
    const issue = findIssue(context);
    const links = allLinks(context).filter((link) => concerns(context, link, issue));
    return json(links.flatMap((link) => related(context, link, issue)));
  }),
  projectRoute('GET /issues/:issue_iid/links/:issue_link_id', 'read', (context) =>
    json(showLink(context, findLink(context))),
  ),
  projectRoute('POST /issues/:issue_iid/links', 'guest', (context) => created(showLink(context, create(context)))),
  projectRoute('DELETE /issues/:issue_iid/links/:issue_link_id', 'guest', (context) => {
    const link = findLink(context);
    context.store.issueLinks.delete(link.id);
    return json(showLink(context, link));
  }),
];

type End = IssueLink['source'];

function allLinks({ store }: ProjectContext): readonly IssueLink[] {
  return [...store.issueLinks.values()];
}

function isAt({ project }: ProjectContext, end: End, issue: Issue): boolean {
  return end.projectId === project.id && end.iid === issue.iid;
}

function concerns(context: ProjectContext, { source, target }: IssueLink, issue: Issue): boolean {
  return isAt(context, source, issue) || isAt(context, target, issue);
}

interface Found {
  readonly project: Project;
  readonly issue: Issue;
}

/** The issue at one end, as far as the viewer may see it. */
function issueAt(context: ProjectContext, { projectId, iid }: End): Found | undefined {
  const { store, viewer } = context;
  const project = store.projects.get(projectId);
  if (project === undefined || !canSeeProject(store, viewer, project)) return undefined;
  const issue = visibleIssue({ ...context, project }, iid);
  return issue && { project, issue };
}

const reversed = { relates_to: 'relates_to', blocks: 'is_blocked_by', is_blocked_by: 'blocks' } as const;

/** The other issue, with the link seen from this one. */
function related(context: ProjectContext, link: IssueLink, issue: Issue): readonly unknown[] {
  const fromSource = isAt(context, link.source, issue);
  const other = issueAt(context, fromSource ? link.target : link.source);
  if (other === undefined) return [];
  return [
    {
      ...showIssue(context.store, other.project, other.issue),
      issue_link_id: link.id,
      link_type: fromSource ? link.type : reversed[link.type],
      link_created_at: link.createdAt,
      link_updated_at: link.createdAt,
    },
  ];
}

function findLink(context: ProjectContext): IssueLink {
  const issue = findIssue(context);
  const id = integerParam(context, 'issue_link_id');
  const link = allLinks(context).find((each) => each.id === id && concerns(context, each, issue));
  if (link === undefined) throw noSuchRow();
  return link;
}

function showLink(context: ProjectContext, link: IssueLink): unknown {
  const [source, target] = [issueAt(context, link.source), issueAt(context, link.target)];
  return {
    id: link.id,
    source_issue: source && showIssue(context.store, source.project, source.issue),
    target_issue: target && showIssue(context.store, target.project, target.issue),
    link_type: link.type,
    link_created_at: link.createdAt,
    link_updated_at: link.createdAt,
  };
}

function create(context: ProjectContext): IssueLink {
  const { store, project, input, viewer } = context;
  const issue = findIssue(context);
  input.require('target_project_id', 'target_issue_iid');
  const type = input.oneOf('link_type', ['relates_to', 'blocks', 'is_blocked_by']) ?? 'relates_to';
  const other = findProject(store, input.requiredText('target_project_id'));
  if (other === undefined || !canSeeProject(store, viewer, other)) throw notFound('Project');
  const target = { projectId: other.id, iid: Number(input.requiredText('target_issue_iid')) };
  const targetIssue = issueAt(context, target)?.issue;
  if (targetIssue === undefined) throw noSuchRow();
  if (isAt(context, target, issue))
    throw refuse(404, 'No matching issue found. Make sure that you are adding a valid issue URL.');
  const twin = allLinks(context).some(
    (link) => concerns(context, link, issue) && concerns({ ...context, project: other }, link, targetIssue),
  );
  if (twin) throw refuse(409, 'Issue(s) already assigned');
  const id = store.nextId('issue link');
  const source = { projectId: project.id, iid: issue.iid };
  const link: IssueLink = { id, source, target, type, createdAt: store.timestamp() };
  store.issueLinks.set(id, link);
  return link;
}
