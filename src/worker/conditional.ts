import * as z from 'zod';
import type { GitLabClient, Sending } from '../gitlab/client.ts';
import type { GitLabRequest, GitLabResponse } from '../gitlab/request.ts';
import type { Log } from '../log.ts';
import type { ReadCache } from '../queue/read-cache.ts';
import type { Seal } from '../queue/seal.ts';

interface ReadCacheOptions {
  readonly cache: ReadCache;
  readonly seal: Seal;
  readonly hash: (label: string, value: string) => string;
  readonly log: Log;
}

/**
 * Reads are asked with the ETag of the kept answer, where there is one: GitLab still decides who may see what, and answers 304
 * without a body where nothing has changed (https://docs.gitlab.com/api/rest/). What is kept belongs to one token, and is
 * GitLab's answer before any policy. Trouble with the cache is a read without it.
 */
export function withReadCache(client: GitLabClient, options: ReadCacheOptions): CachedClient {
  const desk: Desk = { ...options, client, ahead: new Map() };
  return {
    lookAhead: (request, token) => {
      if (!isCached(request)) return nothing;
      const name = nameOf(desk, request, { token });
      const look = lookUp(desk, name);
      desk.ahead.set(name, look);
      return () => {
        if (desk.ahead.get(name) === look) desk.ahead.delete(name);
      };
    },
    send: async (request, sending) => {
      if (request.method !== 'GET') return write(desk, request, sending);
      const isPlain = isCached(request) && sending.sink === undefined && sending.maxBytes === undefined;
      return isPlain && sending.noCache !== true ? read(desk, request, sending) : client.send(request, sending);
    },
    close: async () => client.close(),
  };
}

/** Begins to look for the kept answer to a request that will be sent soon, until the function given back is called. */
export type LookAhead = (request: GitLabRequest, token: string) => () => void;

interface CachedClient extends GitLabClient {
  readonly lookAhead: LookAhead;
}

interface Desk extends ReadCacheOptions {
  readonly client: GitLabClient;
  /** What was looked for ahead, by name; whoever comes first uses it. */
  readonly ahead: Map<string, Promise<KeptAnswer | undefined>>;
}

const nothing = (): void => undefined;

const isCached = ({ method, accept }: GitLabRequest): boolean => method === 'GET' && accept === 'json';

/** A larger answer is not worth the time to pack it. */
const LARGEST_TEXT = 2_097_152;

/** What tools need of the headers, beside those that GitLab sends with each answer. */
const PAGE_HEADERS = ['link', 'x-page', 'x-per-page', 'x-next-page', 'x-prev-page', 'x-total', 'x-total-pages'];
const TYPE = 'content-type';

const keptAnswer = z.object({ etag: z.string(), headers: z.record(z.string(), z.string()), body: z.unknown() });
type KeptAnswer = z.infer<typeof keptAnswer>;

async function read(desk: Desk, request: GitLabRequest, sending: Sending): Promise<GitLabResponse> {
  const name = nameOf(desk, request, sending);
  const ahead = desk.ahead.get(name);
  desk.ahead.delete(name);
  const kept = await (ahead ?? lookUp(desk, name));
  if (kept === undefined) return keeping(desk, name, await desk.client.send(request, sending));
  const headers = { ...sending.headers, 'if-none-match': kept.etag };
  const response = keeping(desk, name, await desk.client.send(request, { ...sending, headers }));
  return response.status === 304 ? revived(kept, response) : response;
}

/** Dropped before, for whoever reads meanwhile, and again after, for what was kept meanwhile. */
async function write(desk: Desk, request: GitLabRequest, sending: Sending): Promise<GitLabResponse> {
  const drop = async (): Promise<void> => {
    await desk.cache.drop(touchedBy(desk, request, sending)).catch(noting(desk));
  };
  await drop();
  try {
    return await desk.client.send(request, sending);
  } finally {
    await drop();
  }
}

async function lookUp({ cache, seal, log }: Desk, name: string): Promise<KeptAnswer | undefined> {
  try {
    const sealed = await cache.get(name);
    if (sealed === undefined) return undefined;
    return keptAnswer.parse(JSON.parse(seal.open(sealed, contextOf(name)).toString('utf8')));
  } catch (error) {
    noting({ log })(error);
    return undefined;
  }
}

/** What may be kept is sent to the cache before the answer goes to its reader, who may ask again at once, but nobody waits for it. */
function keeping(desk: Desk, name: string, response: GitLabResponse): GitLabResponse {
  const { etag, 'cache-control': wish = '' } = response.headers;
  if (/\bno-store\b/iu.test(wish)) desk.cache.drop([name]).catch(noting(desk));
  else if (response.status === 200 && etag !== undefined)
    keep(desk, name, { etag, headers: shownHeaders(response), body: response.body }).catch(noting(desk));
  return response;
}

async function keep({ cache, seal }: Desk, name: string, answer: KeptAnswer): Promise<void> {
  const text = JSON.stringify(answer);
  if (text.length <= LARGEST_TEXT) await cache.keep(name, seal.seal(text, contextOf(name)));
  else await cache.drop([name]);
}

/** An ETag is of the body alone: how many pages there are may have changed, and a 304 says it where no proxy takes it out. */
function revived(kept: KeptAnswer, { headers }: GitLabResponse): GitLabResponse {
  const { [TYPE]: type, ...page } = kept.headers;
  const saysPage = PAGE_HEADERS.some((name) => headers[name] !== undefined);
  const shown = { ...(!saysPage && page), ...headers, ...(type !== undefined && { [TYPE]: type }) };
  return { status: 200, headers: shown, body: kept.body };
}

function shownHeaders({ headers }: GitLabResponse): KeptAnswer['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name === TYPE || PAGE_HEADERS.includes(name)));
}

/** An answer opens under its own name only. */
const contextOf = (name: string): string => `cache:${name}`;

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The resource above, the resource, the question: so that beginnings of a name stand for a resource and for what lies under it. */
function nameOf({ hash }: Desk, { path, query, accept }: GitLabRequest, { token }: Pick<Sending, 'token'>): string {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  const sorted = asked.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return resourceName(hash, token, path) + hash('cached question', JSON.stringify([accept, sorted]));
}

function resourceName(hash: Desk['hash'], token: string, path: string): string {
  return placeName(hash, token, parentOf(path)) + placeName(hash, token, path);
}

const placeName = (hash: Desk['hash'], token: string, path: string): string =>
  hash('cached resource', JSON.stringify([token, path]));

/** The resource itself, the list that it is on, and what lies directly under it. */
function touchedBy({ hash }: Desk, { path }: GitLabRequest, { token }: Sending): readonly string[] {
  return [resourceName(hash, token, path), resourceName(hash, token, parentOf(path)), placeName(hash, token, path)];
}

function noting({ log }: Pick<Desk, 'log'>): (error: unknown) => void {
  return (error) => {
    log.debug({ err: error }, 'the read cache was of no use');
  };
}
