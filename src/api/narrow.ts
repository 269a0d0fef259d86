import type { Grants } from '../caller.ts';
import { toolsets } from '../tools/index.ts';
import { Refusal } from './refusal.ts';

/** As Node gives them: each value of a header that was sent several times by itself. */
type Headers = Readonly<Record<string, readonly string[] | undefined>>;

const bad = (message: string): Refusal => new Refusal({ status: 400, message });

/** The words of a comma list, however often its header was sent; undefined where it was not sent at all. */
function wordsOf(headers: Headers, name: string): readonly string[] | undefined {
  const words = headers[name.toLowerCase()]?.flatMap((value) => value.split(',')).map((word) => word.trim());
  const given = words?.filter((word) => word !== '');
  if (given?.length === 0) throw bad(`${name} is empty: name at least one, or leave the header out.`);
  return given;
}

const shown = (word: string): string => JSON.stringify(word.slice(0, 60));

function readOnlyIn(headers: Headers): boolean {
  const words = headers['x-mcp-readonly'] ?? [];
  const wrong = words.find((word) => !/^(?:true|false|1|0|yes|no|)$/iu.test(word.trim()));
  if (wrong !== undefined) throw bad(`X-MCP-Readonly is ${shown(wrong)}: send true, or leave the header out.`);
  return words.some((word) => /^(?:true|1|yes)$/iu.test(word.trim()));
}

function toolsetsIn(headers: Headers, granted: readonly string[]): readonly string[] {
  const words = wordsOf(headers, 'X-MCP-Toolsets')?.map((word) => word.toLowerCase());
  const known = toolsets.map(({ name }) => name);
  const wrong = words?.find((word) => word !== 'all' && !known.includes(word));
  if (wrong !== undefined) {
    throw bad(`X-MCP-Toolsets names ${shown(wrong)}, which is no toolset. There are: ${known.join(', ')}, and all.`);
  }
  return words === undefined || words.includes('all') ? granted : granted.filter((name) => words.includes(name));
}

function projectsIn(headers: Headers): readonly string[] | undefined {
  const words = wordsOf(headers, 'X-GitLab-Allowed-Project-Ids');
  const wrong = words?.find((word) => !/^(?:\d+|[\w.-]+(?:\/[\w.-]+)+)$/u.test(word));
  if (wrong === undefined) return words;
  throw bad(
    `X-GitLab-Allowed-Project-Ids names ${shown(wrong)}, which is neither an id nor a full path such as group/project.`,
  );
}

const NARROWING = ['x-mcp-readonly', 'x-mcp-toolsets', 'x-gitlab-allowed-project-ids'];

/** What is left of a deployment's grants after the headers of one request, which can only take away. */
export function narrow(grants: Grants, headers: Headers): Grants {
  if (NARROWING.every((name) => headers[name] === undefined)) return grants;
  const projects = projectsIn(headers);
  return {
    ...grants,
    readOnly: grants.readOnly || readOnlyIn(headers),
    toolsets: [...toolsetsIn(headers, grants.toolsets)],
    // A further list: a project must be on every one.
    allowedProjects: projects === undefined ? grants.allowedProjects : [...grants.allowedProjects, [...projects]],
  };
}
