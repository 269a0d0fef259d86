import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Request } from 'express';
import * as z from 'zod';
import { caller as callerSchema } from '../caller.ts';
import type { Caller, Grants } from '../caller.ts';

/** Who calls, and with which GitLab token; none where neither the request nor the server brought one. */
export interface Identity {
  readonly caller: Caller;
  readonly token: string | undefined;
}

interface IdentifyOptions {
  readonly sharedToken: string | undefined;
  readonly grants: Grants;
  readonly hash: (label: string, value: string) => string;
}

/** The caller's own GitLab token wins over the shared one; nothing is kept between requests. */
export function createIdentify({ sharedToken, grants, hash }: IdentifyOptions): (request: Request) => Identity {
  return (request) => {
    const own = request.get('x-gitlab-token')?.trim();
    const hasOwn = own !== undefined && own !== '';
    const token = hasOwn ? own : sharedToken;
    const caller: Caller = { id: hash('caller', token ?? ''), tokenFrom: hasOwn ? 'caller' : 'server', grants };
    return { caller, token };
  };
}

/** The SDK hands its AuthInfo, and nothing else of the HTTP request, to the handlers. */
export function authInfoOf({ caller, token }: Identity): AuthInfo {
  return { token: token ?? '', clientId: caller.id, scopes: [], extra: { caller } };
}

const extra = z.object({ caller: callerSchema });

export function identityOf(authInfo: AuthInfo | undefined): Identity {
  const { caller } = extra.parse(authInfo?.extra);
  const token = authInfo?.token ?? '';
  return { caller, token: token === '' ? undefined : token };
}
