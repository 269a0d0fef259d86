import type { Page } from '../gitlab/request.ts';
import type { Reach } from './reach.ts';
import type { Reply } from './tool.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);

const numberIn = (value: unknown): readonly string[] => (typeof value === 'number' ? [String(value)] : []);

/** The project that an object of GitLab's belongs to, or is: `forked_from_project` holds a project under its own id. */
function projectOf(value: Json, key: string): readonly string[] {
  return /(?:^|_)project$/u.test(key) ? numberIn(value['id']) : numberIn(value['project_id']);
}

/** Every project that owns something in an answer. */
export function projectsShown(body: unknown, key = ''): readonly string[] {
  if (Array.isArray(body)) return body.flatMap((each) => projectsShown(each));
  if (!isObject(body)) return [];
  return [...projectOf(body, key), ...Object.entries(body).flatMap(([name, value]) => projectsShown(value, name))];
}

/** GitLab's totals count what is not shown. */
function honest(page: Page | undefined): Page | undefined {
  if (page === undefined) return undefined;
  const { total: _total, totalPages: _totalPages, ...where } = page;
  return where;
}

interface Sieve {
  readonly reach: Reach;
  readonly isAllowed: (project: string) => boolean;
}

/** A value without what belongs to other projects. */
function kept(value: unknown, isAllowed: Sieve['isAllowed']): unknown {
  if (Array.isArray(value)) {
    return value.filter((each) => !isForeign(each, '', isAllowed)).map((each) => kept(each, isAllowed));
  }
  if (!isObject(value)) return value;
  const own = Object.entries(value).filter(([name, each]) => !isForeign(each, name, isAllowed));
  return Object.fromEntries(own.map(([name, each]) => [name, kept(each, isAllowed)]));
}

const isForeign = (value: unknown, key: string, isAllowed: Sieve['isAllowed']): boolean =>
  isObject(value) && projectOf(value, key).some((each) => !isAllowed(each));

/** Which project an item of a list is, or belongs to. */
const owners = {
  projects: (item: Json) => numberIn(item['id']),
  items: (item: Json) => numberIn(item['project_id']),
};

/** An answer as it is shown under an allow-list: only what belongs to allowed projects. */
export function sift(reply: Reply, { reach, isAllowed }: Sieve): Reply {
  const isMixed = reach === 'projects' || reach === 'items';
  const listed =
    isMixed && Array.isArray(reply.body)
      ? reply.body.filter((each) => isObject(each) && owners[reach](each).some((project) => isAllowed(project)))
      : reply.body;
  const foreign = projectsShown(listed).some((each) => !isAllowed(each));
  if (!isMixed && !foreign) return reply;
  const body = isForeign(listed, '', isAllowed) ? undefined : kept(listed, isAllowed);
  return { ...reply, body, page: honest(reply.page), isFiltered: true };
}
