import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import type { FailureCode } from '../errors.ts';
import { PLAIN_CHALLENGE } from './gate.ts';
import type { Identity } from './identity.ts';
import type { OAuth } from './oauth/resource-server.ts';
import { createDoor, Refusal } from './refusal.ts';

type Params = z.infer<typeof toolCall>['params'];

/** Told of each call that is refused here: who asked for what, and why not. */
export type OnRefusal = (identity: Identity, call: Params, outcome: FailureCode) => void;

interface CallGuardOptions {
  readonly identify: (request: Request) => Identity;
  readonly oauth: OAuth | undefined;
  /** Whether the tool is there for this caller and changes things in GitLab. */
  readonly isWrite: (identity: Identity, tool: string) => boolean;
  readonly onRefusal: OnRefusal;
}

const toolCall = z.object({
  method: z.literal('tools/call'),
  params: z.object({ name: z.string(), arguments: z.unknown() }),
});

/** Refuses calls that GitLab would surely refuse for their token, before anything of them is queued. */
export function createCallGuard({ identify, oauth, isWrite, onRefusal }: CallGuardOptions): RequestHandler {
  return createDoor((request) => {
    const { data } = toolCall.safeParse(request.body);
    if (data === undefined) return;
    const identity = identify(request);
    if (identity.token === undefined) {
      onRefusal(identity, data.params, 'NO_TOKEN');
      const message = `NO_TOKEN: The call brings no GitLab token, and this server lends none: send yours in X-GitLab-Token${oauth === undefined ? '' : ', or log in with OAuth'}.`;
      throw new Refusal({ status: 401, message, challenge: oauth?.challenge() ?? PLAIN_CHALLENGE });
    }
    if (identity.login?.mayWrite !== false || !isWrite(identity, data.params.name)) return;
    onRefusal(identity, data.params, 'NOT_PERMITTED');
    const description = `${data.params.name} needs the scope api`;
    throw new Refusal({
      status: 403,
      message: `Forbidden: ${description}, and your login has only read_api. Log in again with the scope api.`,
      challenge: oauth?.challenge({ error: 'insufficient_scope', description, scope: 'api' }),
    });
  });
}
