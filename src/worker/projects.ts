import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Grants } from '../caller.ts';
import { GitLabFailure } from '../gitlab/failure.ts';
import type { GitLabRequest, GitLabResponse } from '../gitlab/request.ts';
import { nameOf } from '../tools/policy.ts';
import { requestFor } from '../tools/request.ts';

/** An entry of the allow-list as GitLab shows it to a caller; undefined where it shows nothing. */
type Found = { readonly id: string; readonly path: string } | undefined;

interface Kept {
  readonly at: number;
  readonly found: Found;
}

/** What GitLab said of the projects on allow-lists, per token and for a short time. */
export interface Projects {
  /** Knows them as one caller does; `send` asks GitLab with the caller's own token. */
  readonly under: (caller: Under) => CallersProjects;
}

interface Under {
  readonly token: string;
  readonly grants: Pick<Grants, 'allowedProjects'>;
  /** When the call was made that is looked up for, where that is known. */
  readonly askedAt?: number | undefined;
  readonly send: (request: GitLabRequest) => Promise<Pick<GitLabResponse, 'body'>>;
}

export interface CallersProjects {
  /** The number of an allowed project, by whatever name; GitLab is never asked about any other project. */
  readonly numberOf: (project: string) => Promise<string | undefined>;
  /** The numbers of all allowed projects. */
  readonly numbers: () => Promise<ReadonlySet<string>>;
}

interface ProjectsOptions {
  readonly now: () => number;
  readonly maxKept?: number;
}

/** How long an answer is good for a project that is found in it. */
const KEPT_MS = 60_000;
/**
 * How old an answer may be that says that a project is not there: it may have been renamed, or shared just now. Older ones are good
 * for a call that was made before them: it would look again and again where GitLab's limit lets it look but slowly.
 */
const MISS_KEPT_MS = 5000;
const MAX_KEPT = 10_000;

const project = z.looseObject({ id: z.number(), path_with_namespace: z.string() });

/** Resolves the allow-list's entries, ids or paths, as each caller's own token shows them. */
export function createProjects({ now, maxKept = MAX_KEPT }: ProjectsOptions): Projects {
  // Insertion order is the order of use: the first one has not been used for longest.
  const kept = new Map<string, Kept>();
  const keep = (key: string, value: Kept): void => {
    kept.delete(key);
    kept.set(key, value);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  };
  return {
    under: ({ token, grants, askedAt = Infinity, send }) => {
      const owner = createHash('sha256').update(token).digest('base64');
      const look: Look = async (entry, since) => {
        const key = `${owner} ${nameOf(entry)}`;
        const known = kept.get(key);
        const isFresh = known !== undefined && known.at >= since;
        const value = isFresh ? known : { at: now(), found: await find(send, entry) };
        keep(key, value);
        return { entry, found: value.found };
      };
      const sinceWhen = {
        hit: () => now() - KEPT_MS,
        miss: () => Math.min(now() - MISS_KEPT_MS, askedAt),
      };
      return createCallersProjects(grants.allowedProjects, look, sinceWhen);
    },
  };
}

/** GitLab's own answer, also for a project that has moved: its old path leads to its number by a 301. */
async function find(send: Under['send'], entry: string): Promise<Found> {
  try {
    const { body } = await send(requestFor('GET /projects/:project_id', { project_id: entry }));
    const { id, path_with_namespace: path } = project.parse(body);
    return { id: String(id), path: nameOf(path) };
  } catch (error) {
    if (error instanceof GitLabFailure && error.status === 404) return undefined;
    throw error;
  }
}

interface Named {
  /** As the list has it. */
  readonly entry: string;
  readonly found: Found;
}

/** `since`: when an answer must have come to be good. */
type Look = (entry: string, since: number) => Promise<Named>;

interface SinceWhen {
  readonly hit: () => number;
  readonly miss: () => number;
}

const isNumber = (text: string): boolean => /^\d+$/u.test(text);

/** Whether a name is one of a project's: its number, its path, or the way in which the list has it. */
function isCalled({ entry, found }: Named, name: string): boolean {
  return found !== undefined && [found.id, found.path, nameOf(entry)].includes(nameOf(name));
}

/** The entries of a list that can be the project: itself where it stands there, and never one number for another. */
function candidates(list: readonly string[], wanted: string): readonly string[] {
  const spelt = list.filter((entry) => nameOf(entry) === nameOf(wanted));
  if (spelt.length > 0) return spelt;
  return isNumber(wanted) ? list.filter((entry) => !isNumber(entry)) : list;
}

/** Further lists come from the caller: GitLab is not asked about their entries, they only pick from the first one. */
function createCallersProjects(
  lists: Grants['allowedProjects'],
  look: Look,
  { hit, miss }: SinceWhen,
): CallersProjects {
  const [list = [], ...further] = lists;
  const isPicked = (each: Named): boolean => further.every((names) => names.some((name) => isCalled(each, name)));
  const lookAll = async (entries: readonly string[], since: number): Promise<readonly Named[]> =>
    Promise.all(entries.map(async (entry) => look(entry, since)));
  const search = async (wanted: string, since: number): Promise<Named | undefined> => {
    const found = await lookAll(candidates(list, wanted), since);
    return found.find((each) => isCalled(each, wanted) && isPicked(each));
  };
  return {
    numberOf: async (wanted) => {
      const named = (await search(wanted, hit())) ?? (await search(wanted, miss()));
      return named?.found?.id;
    },
    numbers: async () => {
      const all = await lookAll(list, hit());
      return new Set(all.flatMap((each) => (each.found !== undefined && isPicked(each) ? [each.found.id] : [])));
    },
  };
}
