import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import type { Caller, Grants } from '../caller.ts';
import type { Config } from '../config/settings.ts';
import { credentialOf } from './credentials.ts';
import type { Credential } from './credentials.ts';
import type { Gate } from './gate.ts';
import type { Login } from './oauth/login.ts';
import type { OAuth } from './oauth/resource-server.ts';
import { createDoor, Refusal } from './refusal.ts';

/** Who calls, and with which GitLab token; none where neither the request nor the server brought one. */
export interface Identity {
  readonly caller: Caller;
  readonly token: string | undefined;
  /** Under the shared token each session is somebody. */
  readonly session: string | undefined;
  /** Whose calls keep their order and share the workers with others'. */
  readonly flow: string;
  /** Where the token comes from an OAuth login. */
  readonly login?: Login | undefined;
  /** Where the answer to this request says so too. */
  readonly busy?: Busy | undefined;
}

/** A note of the call to its HTTP answer: refused as BUSY, for so long. */
export interface Busy {
  waitMs?: number | undefined;
}

export interface IdentitiesOptions {
  readonly mode: Config['GITLAB_TOKEN_MODE'];
  readonly sharedToken: string | undefined;
  readonly gate: Gate;
  readonly oauth: OAuth | undefined;
  readonly grants: (request: Request) => Grants;
  readonly hash: (label: string, value: string) => string;
}

/** Finds out once per request who calls; nothing is kept from one request to the next. */
export interface Identities {
  readonly handler: RequestHandler;
  /** Of a request that has passed the handler. */
  readonly of: (request: Request) => Identity;
}

export function createIdentities(options: IdentitiesOptions): Identities {
  const identities = new WeakMap<Request, Identity>();
  return {
    handler: createDoor(async (request) => {
      const { token, tokenFrom, login } = await tokenOf(options, credentialOf(request, options.gate.isKey));
      const caller = { id: options.hash('caller', token ?? ''), tokenFrom, grants: options.grants(request) };
      const session = sessionOf(request, tokenFrom);
      const flow = session === undefined ? caller.id : `${caller.id}:${session}`;
      identities.set(request, { caller, token, login, session, flow });
    }),
    of: (request) => {
      const identity = identities.get(request);
      if (identity === undefined) throw new TypeError('the request has not been identified');
      return identity;
    },
  };
}

function sessionOf({ headers }: Request, tokenFrom: Caller['tokenFrom']): string | undefined {
  const session = headers['mcp-session-id'];
  return tokenFrom === 'server' && typeof session === 'string' ? session : undefined;
}

interface Found {
  readonly token: string | undefined;
  readonly tokenFrom: Caller['tokenFrom'];
  readonly login?: Login;
}

async function tokenOf(options: IdentitiesOptions, own: Credential | undefined): Promise<Found> {
  const { mode, oauth } = options;
  if (own === undefined) return sharedOf(options);
  if (mode === 'shared') {
    const message = `This server uses its own GitLab token for everybody (GITLAB_TOKEN_MODE=shared) and takes no other: leave ${own.header} out.`;
    throw new Refusal({ status: 400, message });
  }
  const { token, header } = own;
  // GitLab's token info knows OAuth tokens only.
  if (oauth === undefined || header !== 'Authorization' || token.startsWith('glpat-')) {
    return { token, tokenFrom: header };
  }
  return { token, tokenFrom: 'OAuth', login: await oauth.login(token) };
}

/** The shared token is lent only to those whom the gate let in, or where the operator wants no gate at all. */
function sharedOf({ mode, sharedToken, gate, oauth }: IdentitiesOptions): Found {
  const isOpen = oauth === undefined || gate.isOn;
  if (!isOpen) {
    const message =
      'Unauthorized: log in with OAuth, or send a GitLab personal access token in X-GitLab-Token or as Authorization: Bearer.';
    throw new Refusal({ status: 401, message, challenge: oauth.challenge() });
  }
  return { token: mode === 'user' ? undefined : sharedToken, tokenFrom: 'server' };
}

/** The SDK hands its AuthInfo, and nothing else of the HTTP request, to the handlers. */
export function authInfoOf(identity: Identity): AuthInfo {
  const { token = '', caller } = identity;
  return { token, clientId: caller.id, scopes: [], extra: { identity: { ...identity, busy: {} } } };
}

const isIdentity = (value: unknown): boolean => typeof value === 'object' && value !== null && 'caller' in value;
const extra = z.object({ identity: z.custom<Identity>(isIdentity) });

export const identityOf = (authInfo: AuthInfo | undefined): Identity => extra.parse(authInfo?.extra).identity;
