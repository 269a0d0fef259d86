import type { RequestHandler } from 'express';
import { Refusal } from '../refusal.ts';
import { createChallenge } from './challenge.ts';
import type { Challenge } from './challenge.ts';
import type { Login } from './login.ts';
import { createMetadata, metadataUrl } from './metadata.ts';
import { createTokenCheck } from './token-check.ts';
import type { AskTokenInfo } from './token-info.ts';

interface OAuthOptions {
  readonly issuer: string;
  /** Without /mcp and without a slash at its end. */
  readonly publicUrl: string;
  readonly applicationIds: readonly string[];
  /** Scopes that clients are told to ask for. */
  readonly scopes: readonly string[];
  readonly askTokenInfo: AskTokenInfo;
  readonly now: () => number;
}

/** This server as OAuth 2.1's resource server, with GitLab as its authorization server. */
export interface OAuth {
  /** Serves the document that names GitLab as the place to log in. */
  readonly metadata: RequestHandler;
  readonly challenge: Challenge;
  /** Takes a bearer token that GitLab issued for this server; refuses any other. */
  readonly login: (token: string) => Promise<Login>;
}

export function createOAuth(options: OAuthOptions): OAuth {
  const { issuer, publicUrl, applicationIds, scopes, askTokenInfo: ask, now } = options;
  const challenge = createChallenge(metadataUrl(publicUrl), scopes);
  const { check, forget } = createTokenCheck({ ask, applicationIds, now });
  return {
    metadata: createMetadata({ issuer, publicUrl, scopes }),
    challenge,
    login: async (token) => {
      const verdict = await check(token);
      if (!verdict.isGood) throw invalidToken(verdict.reason, challenge);
      const mayWrite = verdict.scopes.includes('api');
      if (!mayWrite && !verdict.scopes.includes('read_api')) throw uselessToken(verdict.scopes, challenge);
      let hasEnded = false;
      return {
        mayWrite,
        end: () => {
          hasEnded = true;
          forget(token);
        },
        hasEnded: () => hasEnded,
        again: challenge({ error: 'invalid_token', description: 'GitLab no longer accepts the token' }),
      };
    },
  };
}

function invalidToken(reason: string, challenge: Challenge): Refusal {
  const message = `Unauthorized: ${reason}. Log in again; a personal access token that does not begin with glpat- goes in X-GitLab-Token.`;
  return new Refusal({ status: 401, message, challenge: challenge({ error: 'invalid_token', description: reason }) });
}

function uselessToken(scopes: readonly string[], challenge: Challenge): Refusal {
  const description = 'The token needs the scope api or read_api';
  const message = `Forbidden: ${description}, and has only: ${scopes.join(', ')}. Log in with this server's own client id.`;
  return new Refusal({ status: 403, message, challenge: challenge({ error: 'insufficient_scope', description }) });
}
