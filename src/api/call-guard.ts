import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import { PLAIN_CHALLENGE } from './gate.ts';
import type { Identity } from './identity.ts';
import type { OAuth } from './oauth/resource-server.ts';
import { createDoor, Refusal } from './refusal.ts';

interface CallGuardOptions {
  readonly identify: (request: Request) => Identity;
  readonly oauth: OAuth | undefined;
  /** Whether the tool is there for this caller and changes things in GitLab. */
  readonly isWrite: (identity: Identity, tool: string) => boolean;
}

const toolCall = z.object({ method: z.literal('tools/call'), params: z.object({ name: z.string() }) });

/** Refuses calls that GitLab would surely refuse for their token, before anything of them is queued. */
export function createCallGuard({ identify, oauth, isWrite }: CallGuardOptions): RequestHandler {
  return createDoor((request) => {
    const { data } = toolCall.safeParse(request.body);
    if (data === undefined) return;
    const identity = identify(request);
    if (identity.token === undefined) {
      const message = `NO_TOKEN: The call brings no GitLab token, and this server lends none: send yours in X-GitLab-Token${oauth === undefined ? '' : ', or log in with OAuth'}.`;
      throw new Refusal({ status: 401, message, challenge: oauth?.challenge() ?? PLAIN_CHALLENGE });
    }
    if (identity.login?.mayWrite !== false || !isWrite(identity, data.params.name)) return;
    const description = `${data.params.name} needs the scope api`;
    throw new Refusal({
      status: 403,
      message: `Forbidden: ${description}, and your login has only read_api. Log in again with the scope api.`,
      challenge: oauth?.challenge({ error: 'insufficient_scope', description, scope: 'api' }),
    });
  });
}
