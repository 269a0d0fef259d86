import * as z from 'zod';
import type { GitLabClient } from '../gitlab/client.ts';

interface GitLabUsersOptions {
  readonly client: Pick<GitLabClient, 'send'>;
  /** Tokens are kept under keyed hashes only. */
  readonly hash: (label: string, value: string) => string;
  readonly now: () => number;
}

/** The names of the tokens' users, for the audit log. */
export interface GitLabUsers {
  readonly nameOf: (token: string) => string | undefined;
  /** Asks GET /user behind the caller's back, so that later calls know the name: once an hour for each token. */
  readonly learn: (token: string) => void;
}

const NAME_MS = 3_600_000;
/** How long after a refusal or an outage GitLab is not asked again. */
const UNKNOWN_MS = 300_000;
const MAX_KEPT = 10_000;
const MAX_ASKED_AT_ONCE = 4;
const PATIENCE_MS = 5000;

const user = z.object({ username: z.string() });

interface Known {
  readonly until: number;
  readonly name: string | undefined;
}

/** Bounded, under hashes, and only as long as the process lives. */
export function createGitLabUsers({ client, hash, now }: GitLabUsersOptions): GitLabUsers {
  const known = new Map<string, Known>();
  let asked = 0;

  const keep = (key: string, entry: Known): void => {
    known.delete(key);
    known.set(key, entry);
    const [oldest] = known.keys();
    if (known.size > MAX_KEPT && oldest !== undefined) known.delete(oldest);
  };

  const nameOf: GitLabUsers['nameOf'] = (token) => known.get(hash('gitlab user', token))?.name;

  const ask = async (token: string): Promise<string | undefined> => {
    const request = { method: 'GET', path: '/user', query: {}, accept: 'json' } as const;
    const { body } = await client.send(request, { token, signal: AbortSignal.timeout(PATIENCE_MS) });
    return user.safeParse(body).data?.username;
  };

  const learn: GitLabUsers['learn'] = (token) => {
    const key = hash('gitlab user', token);
    const old = known.get(key);
    if (asked >= MAX_ASKED_AT_ONCE || (old !== undefined && old.until > now())) return;
    asked += 1;
    keep(key, { until: now() + UNKNOWN_MS, name: old?.name });
    ask(token)
      .then(
        (name) => {
          if (name !== undefined) keep(key, { until: now() + NAME_MS, name });
        },
        () => undefined,
      )
      .finally(() => {
        asked -= 1;
      });
  };

  return { nameOf, learn };
}
