import type { Grants } from '../caller.ts';
import { Failure } from '../errors.ts';
import { tools } from './index.ts';
import type { RegisteredTool } from './index.ts';
import { findCommand, standInsOf } from './quick-actions.ts';
import type { Asked } from './reach.ts';

/** Whether an allow-list is in force. */
export function isListed({ allowedProjects }: Grants): boolean {
  return allowedProjects.length > 0;
}

function switchedOff({ readOnly, destructive, toolsets }: Grants, { name, effect, toolset }: RegisteredTool) {
  if (readOnly && effect !== 'read') return `${name} writes, and this server is read-only for you.`;
  if (!destructive && effect === 'destructive') return `${name} is destructive, which this server does not allow.`;
  return toolsets.includes(toolset) ? undefined : `The toolset ${toolset} of ${name} is switched off.`;
}

/** Why the tool may not be called at all, whatever its arguments; undefined where it may. */
function refusalOf(grants: Grants, tool: RegisteredTool): string | undefined {
  const { allowedTools, deniedTools } = grants;
  const isOff = deniedTools.includes(tool.name) || (allowedTools.length > 0 && !allowedTools.includes(tool.name));
  if (isOff) return `${tool.name} is switched off.`;
  return (
    switchedOff(grants, tool) ??
    (isListed(grants) && tool.reach === 'beyond'
      ? `${tool.name} reaches beyond single projects, and this server allows only listed ones.`
      : undefined)
  );
}

/** Whether the tool is there at all for these grants: what may never be called is not listed. */
export function isOffered(grants: Grants, tool: RegisteredTool): boolean {
  return refusalOf(grants, tool) === undefined;
}

/** A project's name as it is compared: GitLab takes paths in any case, and numbers with zeros before them. */
export function nameOf(project: string): string {
  return isNumber(project) ? project.replace(/^0+(?=\d)/u, '') : project.toLowerCase();
}

const isNumber = (project: string): boolean => /^\d+$/u.test(project);

/** Whether a project can be on the lists, as far as that can be said without GitLab, which alone knows the number of a path. */
function mayBeListed({ allowedProjects }: Grants, project: string): boolean {
  const wanted = nameOf(project);
  return allowedProjects.every((list) =>
    list.some((each) => nameOf(each) === wanted || !isNumber(each) || !isNumber(wanted)),
  );
}

const notListed = (project: string): string =>
  `Project ${JSON.stringify(project)} is not on this server's list of allowed projects; list_projects shows the allowed ones.`;

interface Rule extends Asked {
  /** The numbers of the allowed projects, where they are known: in the worker. */
  readonly numbers?: ReadonlySet<string>;
}

/** Why these projects and texts are refused under an allow-list. */
function listRefusal(grants: Grants, tool: RegisteredTool, rule: Rule): string | undefined {
  if (!isListed(grants)) return undefined;
  const { projects, texts, numbers } = rule;
  if (rule.climbs) return 'A name with the part ".." could lead out of the allowed projects.';
  if (tool.reach === 'project' && projects.length === 0)
    return `${tool.name} names no project, and a list allows only some.`;
  const other = projects.find((each) => !(numbers?.has(each) ?? mayBeListed(grants, each)));
  if (other !== undefined) return notListed(other);
  const command = texts.map((text) => findCommand(text)).find((each) => each !== undefined);
  return command === undefined
    ? undefined
    : `The text holds the quick action ${command}, which can reach other projects than the allowed ones; leave it out.`;
}

/** Why a text is refused that would have GitLab do what a tool does which may not be called. */
function commandRefusal(grants: Grants, texts: readonly string[]): string | undefined {
  for (const { command, tool: name } of standInsOf(texts)) {
    const tool = tools.get(name);
    const reason = tool && refusalOf(grants, tool);
    if (reason !== undefined) return `The text holds the quick action ${command}: ${reason} Leave it out.`;
  }
  return undefined;
}

/**
 * The one rule, asked in the API on a call's arguments and in the worker on each final GitLab request, in which every
 * project stands by its number.
 */
export function assertPermitted(grants: Grants, tool: RegisteredTool, rule: Rule): void {
  const writes =
    grants.readOnly && rule.writes ? `${tool.name} writes, and this server is read-only for you.` : undefined;
  const reason =
    refusalOf(grants, tool) ?? writes ?? commandRefusal(grants, rule.texts) ?? listRefusal(grants, tool, rule);
  if (reason !== undefined) throw new Failure('NOT_PERMITTED', reason);
}
