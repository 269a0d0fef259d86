import { createLog } from '../../src/log.ts';
import type { GitLabClient, Sending } from '../../src/gitlab/client.ts';
import type { GitLabRequest, GitLabResponse } from '../../src/gitlab/request.ts';
import { createMemoryReadCache } from '../../src/queue/read-cache-memory.ts';
import type { ReadCache } from '../../src/queue/read-cache.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import { withReadCache } from '../../src/worker/conditional.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const { signal } = new AbortController();
/** Who reads. */
export const alice: Sending = { token: 'glpat-alice', signal };

export const get = (path: string, changes: Partial<GitLabRequest> = {}): GitLabRequest => ({
  method: 'GET',
  path,
  query: {},
  accept: 'json',
  ...changes,
});

export const memoryCache = (): ReadCache => createMemoryReadCache({ maxBytes: 10_000_000, now: Date.now });

interface Cached {
  readonly client: ReturnType<typeof withReadCache>;
  readonly lines: readonly string[];
}

/** A client with a cache, and what is logged. */
export function cached(client: GitLabClient, cache: ReadCache = memoryCache()): Cached {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const hash = createKeyedHash(SECRET);
  return { client: withReadCache(client, { cache, seal: createSeal({ secrets: [SECRET] }), hash, log }), lines };
}

export const ok: GitLabResponse = {
  status: 200,
  headers: { etag: 'W/"1"', 'content-type': 'application/json' },
  body: { a: 1 },
};

/** A GitLab that answers as it is told to, then with `ok`; gives the ETags that it was asked with. */
export function scripted(answers: readonly GitLabResponse[] = []): {
  readonly client: GitLabClient;
  readonly etags: (string | undefined)[];
} {
  const left = [...answers];
  const etags: (string | undefined)[] = [];
  const client: GitLabClient = {
    send: async (_, { headers }) => {
      etags.push(headers?.['if-none-match']);
      return left.shift() ?? ok;
    },
    close: async () => undefined,
  };
  return { client, etags };
}
