import type { JournalEntry } from '../gitlab/journal.ts';

type Request = Pick<JournalEntry, 'method' | 'path' | 'query' | 'body'>;

/** Lists of many projects, users and namespaces: they are read, and their answers sifted. */
const shared = /^\/api\/v4\/(?:projects|groups\/[^/]+\/projects|issues|events|users|namespaces(?:\/[^/]+){0,2})$/u;

function projectsOf({ path, query, body }: Request): readonly string[] {
  const [, own] = /^\/api\/v4\/projects\/([^/]+)/u.exec(path) ?? [];
  const text = `${query} ${JSON.stringify(body ?? {})}`;
  const targets = [...text.matchAll(/project_id"?[=:]"?([^&",}]+)/gu)].map(([, project = '']) => project);
  return [...(own === undefined ? [] : [own]), ...targets].map((each) => decodeURIComponent(each).toLowerCase());
}

interface Bounds {
  readonly inside: readonly string[];
  /** The deployment's own list: its projects may be looked up, and no more. */
  readonly list: readonly string[];
}

/** Whether a request of the journal goes beyond the allowed projects. */
export function isOutside(request: Request, { inside, list }: Bounds): boolean {
  const { method, path } = request;
  const projects = projectsOf(request);
  if (projects.length === 0) return method !== 'GET' || !shared.test(path);
  if (/\/(?:fork|promote)$/u.test(path)) return true;
  const isLookUp = method === 'GET' && /^\/api\/v4\/projects\/[^/]+$/u.test(path);
  return projects.some((each) => !inside.includes(each) && !(isLookUp && list.includes(each)));
}
