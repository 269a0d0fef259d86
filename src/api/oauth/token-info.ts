import { createSecureContext, rootCertificates } from 'node:tls';
import { Agent, request } from 'undici';
import * as z from 'zod';
import type { Log } from '../../log.ts';
import { Refusal } from '../refusal.ts';

/** What GitLab says of a token that it has issued. */
export interface TokenInfo {
  /** The application for which it was issued. */
  readonly application: string;
  readonly scopes: readonly string[];
  /** Milliseconds that are left; undefined where it never expires. */
  readonly expiresInMs: number | undefined;
}

/** Asks GitLab about a token: undefined for one that GitLab does not know, or no longer takes. */
export type AskTokenInfo = (token: string) => Promise<TokenInfo | undefined>;

interface TokenInfoOptions {
  /** GitLab's base URL. */
  readonly issuer: string;
  readonly caPem: string | undefined;
  readonly timeoutMs: number;
  readonly log: Log;
}

const seconds = z.number().nullish();

// GitLab writes scopes and expiry under a new and an old name: https://docs.gitlab.com/api/oauth2/#retrieve-the-token-information
const info = z
  .object({
    application: z.object({ uid: z.string() }),
    scope: z.array(z.string()).optional(),
    scopes: z.array(z.string()).optional(),
    expires_in: seconds,
    expires_in_seconds: seconds,
  })
  .transform(({ application, scope, scopes, expires_in: old, expires_in_seconds: left = old }): TokenInfo => ({
    application: application.uid,
    scopes: scope ?? scopes ?? [],
    expiresInMs: (left ?? old ?? undefined) === undefined ? undefined : Number(left ?? old) * 1000,
  }));

const MAX_BYTES = 65_536;
const MAX_CONNECTIONS = 16;

/** Makes the asker with connections of its own, and their end. */
export function createTokenInfo({ issuer, caPem, timeoutMs, log }: TokenInfoOptions): {
  readonly ask: AskTokenInfo;
  readonly close: () => Promise<void>;
} {
  const secureContext = caPem === undefined ? undefined : createSecureContext({ ca: [...rootCertificates, caPem] });
  const dispatcher = new Agent({
    connections: MAX_CONNECTIONS,
    maxResponseSize: MAX_BYTES,
    connect: { timeout: timeoutMs, ...(secureContext !== undefined && { secureContext }) },
  });
  const url = `${issuer}/oauth/token/info`;
  const once = async (token: string, signal: AbortSignal): Promise<TokenInfo | undefined> => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    // undici follows no redirect, so the token goes nowhere else.
    const { statusCode, body } = await request(url, { dispatcher, headers, signal });
    const text = await body.text();
    if (statusCode === 401) return undefined;
    if (statusCode !== 200) throw new Error(`GitLab answered ${String(statusCode)}`);
    return info.parse(JSON.parse(text));
  };
  return {
    ask: async (token) => {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        // A connection that GitLab has just closed says nothing about GitLab: a second one is tried.
        return await once(token, signal).catch(async () => once(token, signal));
      } catch (error) {
        log.warn({ err: error, url }, 'GitLab did not say whether an OAuth token is good');
        const message = 'GitLab could not be asked whether your login is still good; try again in a few seconds.';
        throw new Refusal({ status: 503, message });
      }
    },
    close: async () => dispatcher.close(),
  };
}
