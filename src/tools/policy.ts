import type { Grants } from '../caller.ts';
import { Failure } from '../errors.ts';
import { scopeOf } from './facts.ts';
import type { RegisteredTool } from './index.ts';

/** The project that a request reaches: an id or a full path, decoded; none for group- and instance-wide requests. */
export type ProjectRef = string | undefined;

/** `/projects/team%2Fapp/issues` → `team/app` */
export function projectOfPath(path: string): ProjectRef {
  const [, room, name] = path.split('/');
  return room === 'projects' && name !== undefined ? decodeURIComponent(name) : undefined;
}

/** Whether the tool is there at all for these grants: what may not be called is not listed. */
export function isOffered(grants: Grants, tool: RegisteredTool): boolean {
  return grants.toolsets.includes(tool.toolset) && !(grants.readOnly && tool.effect !== 'read');
}

function isAllowed(grants: Grants, project: ProjectRef): boolean {
  if (grants.allowedProjects.length === 0) return true;
  const wanted = project?.toLowerCase();
  return grants.allowedProjects.some((each) => each.toLowerCase() === wanted);
}

/**
 * The one rule, asked in the API on the arguments and in the worker on each final GitLab request. Under an allow-list a
 * request that names no project is refused, because its answer could hold any project.
 */
export function assertPermitted(grants: Grants, tool: RegisteredTool, project: ProjectRef): void {
  if (grants.readOnly && tool.effect !== 'read') {
    throw new Failure('NOT_PERMITTED', `${tool.name} writes, and this server is read-only for you.`);
  }
  if (!grants.toolsets.includes(tool.toolset)) {
    throw new Failure('NOT_PERMITTED', `The toolset ${tool.toolset} of ${tool.name} is switched off.`);
  }
  if (isAllowed(grants, project)) return;
  const reason =
    scopeOf(tool) === 'project'
      ? `Project ${JSON.stringify(project ?? '')} is not on this server's list of allowed projects; give it as it stands there: ${grants.allowedProjects.join(', ')}.`
      : `${tool.name} reaches beyond single projects, and this server allows only: ${grants.allowedProjects.join(', ')}.`;
  throw new Failure('NOT_PERMITTED', reason);
}
