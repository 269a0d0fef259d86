import type { GitLabRequest } from '../gitlab/request.ts';
import type { Endpoint, Tool } from './tool.ts';

/** How far each kind of tool reaches, in words for docs/POLICY.md. */
export const reaches = {
  project: 'The projects that its arguments name, and nothing else.',
  projects: 'Lists projects. Under an allow-list only the allowed ones are shown.',
  items: 'Lists things of many projects that name their project. Under an allow-list only those of allowed projects.',
  people: 'Shows users or namespaces and no content of a project. Permitted under an allow-list.',
  beyond: 'Makes a project, or changes a whole group. Neither offered nor permitted under an allow-list.',
} as const;

export type Reach = keyof typeof reaches;

const inProject = /^[A-Z]+ \/projects\/:project_id(?:\/|$)/u;

/** What a tool says of its reach, or what its routes say by themselves; a tool of which neither tells cannot be registered. */
export function reachOf({ name, reach, endpoint, or }: Pick<Tool, 'name' | 'reach' | 'endpoint' | 'or'>): Reach {
  if (reach !== undefined) return reach;
  const routes: readonly (Endpoint | undefined)[] = [endpoint, or?.endpoint];
  if (routes.every((route) => route === undefined || inProject.test(route))) return 'project';
  throw new TypeError(`${name} must say its reach: its route names no project`);
}

/** `project_id`, `target_project_id`, `project_ids` … */
const projectField = /(?:^|_)project(?:_id|_ids)?$/u;

/** Where GitLab obeys slash commands: https://docs.gitlab.com/user/project/quick_actions/ */
const COMMANDED: ReadonlySet<string> = new Set(['body', 'description', 'note']);

/** What the policy looks at, of a call's arguments or of a GitLab request. */
export interface Asked {
  /** Every project that is named, as it is written there. */
  readonly projects: readonly string[];
  /** Texts in which GitLab obeys slash commands. */
  readonly texts: readonly string[];
  readonly writes: boolean;
  /** Whether a server that resolves the parts of the path would find another place. */
  readonly climbs: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const named = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((each) => named(each));
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
};

/** The projects and texts among arguments, which stand under GitLab's own names. */
export function askedIn(fields: Fields): Asked {
  const entries = Object.entries(fields);
  return {
    projects: entries.flatMap(([name, value]) => (projectField.test(name) ? named(value) : [])),
    texts: entries.flatMap(([name, value]) => (COMMANDED.has(name) && typeof value === 'string' ? [value] : [])),
    writes: false,
    climbs: false,
  };
}

/** `/projects/team%2Fapp/issues` → `team/app` */
export function projectOfPath(path: string): string | undefined {
  const [, room, name] = path.split('/');
  return room === 'projects' && name !== undefined ? decodeURIComponent(name) : undefined;
}

/** `..` as a part of a path, also where it is encoded once more: what stands behind a proxy may decode twice. */
const climbing = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){2}(?:[/\\]|%2f|%5c|$)/iu;

/** What a request names in its path, query and body. */
export function askedBy({ method, path, query, body }: GitLabRequest): Asked {
  const own = projectOfPath(path);
  const { projects, texts } = askedIn({ ...query, ...body });
  const all = own === undefined ? projects : [own, ...projects];
  return { projects: all, texts, writes: method !== 'GET', climbs: climbing.test(decodeURIComponent(path)) };
}

/** The fields with each project by what `numbered` makes of it. */
function swapped<V>(
  given: Readonly<Record<string, V>>,
  numbered: (project: string) => string,
): Record<string, V | string | string[]> {
  const swap = (value: V): string | string[] =>
    Array.isArray(value) ? named(value).map((each) => numbered(each)) : numbered(String(value));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, projectField.test(name) ? swap(value) : value]),
  );
}

/** The request with each project by its number, so that nothing that happens to a path meanwhile changes where it goes. */
export function withNumbers(request: GitLabRequest, numberOf: (project: string) => string): GitLabRequest {
  const { path, query, body } = request;
  const own = projectOfPath(path);
  const rest = path.split('/').slice(3);
  const numbered = own === undefined ? path : ['', 'projects', encodeURIComponent(numberOf(own)), ...rest].join('/');
  return {
    ...request,
    path: numbered,
    query: swapped(query, numberOf),
    ...(body !== undefined && { body: swapped(body, numberOf) }),
  };
}
