import { createHash } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import type { AskTokenInfo } from './token-info.ts';

/** Whether a token may be used here. */
export type Verdict =
  { readonly isGood: true; readonly scopes: readonly string[] } | { readonly isGood: false; readonly reason: string };

export interface TokenCheck {
  readonly check: (token: string) => Promise<Verdict>;
  /** The next check of this token asks GitLab again. */
  readonly forget: (token: string) => void;
}

interface TokenCheckOptions {
  readonly ask: AskTokenInfo;
  /** Applications whose tokens are meant for this server; GitLab's tokens name no audience. */
  readonly applicationIds: readonly string[];
  readonly now: () => number;
}

interface Known {
  readonly verdict: Verdict;
  /** Epoch milliseconds. */
  readonly until: number;
}

const GOOD_MS = 60_000;
const BAD_MS = 5000;
const MAX_TOKENS = 1000;

const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64');

/** Checks tokens through GitLab, each at most once a minute; remembers hashes only, of a thousand tokens at most. */
export function createTokenCheck(options: TokenCheckOptions): TokenCheck {
  const { now } = options;
  const known = new Map<string, Known>();
  const pending = new Map<string, Promise<Verdict>>();
  const remember = (key: string, verdict: Known): void => {
    known.delete(key);
    // A Map keeps the order of insertion: its first key is the one used longest ago.
    const [oldest] = known.keys();
    if (known.size >= MAX_TOKENS && oldest !== undefined) known.delete(oldest);
    known.set(key, verdict);
  };
  const begin = (key: string, token: string): Promise<Verdict> => {
    if (pending.size >= MAX_TOKENS) {
      throw new Refusal({ status: 503, message: 'Too many logins are being checked; try again in a few seconds.' });
    }
    const asked = examine(options, token)
      .then((found) => {
        remember(key, found);
        return found.verdict;
      })
      .finally(() => {
        pending.delete(key);
      });
    pending.set(key, asked);
    return asked;
  };
  return {
    check: async (token) => {
      const key = keyOf(token);
      const found = known.get(key);
      if (found === undefined || now() >= found.until) return pending.get(key) ?? begin(key, token);
      remember(key, found);
      return found.verdict;
    },
    forget: (token) => {
      known.delete(keyOf(token));
    },
  };
}

async function examine({ ask, applicationIds, now }: TokenCheckOptions, token: string): Promise<Known> {
  const info = await ask(token);
  const bad = (reason: string): Known => ({ verdict: { isGood: false, reason }, until: now() + BAD_MS });
  if (info === undefined) return bad('GitLab does not know the token, or it has expired or was revoked');
  const { application, scopes, expiresInMs = Infinity } = info;
  if (expiresInMs <= 0) return bad('The token has expired');
  if (!applicationIds.includes(application))
    return bad('The token was issued to an application that is not for this server');
  return { verdict: { isGood: true, scopes }, until: now() + Math.min(GOOD_MS, expiresInMs) };
}
