import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { tokensIn } from './credentials.ts';
import { createDoor, Refusal } from './refusal.ts';

/** The server's own door, before anything of GitLab's. */
export interface Gate {
  /** Whether the server has a token of its own. */
  readonly isOn: boolean;
  /** Whether this is a token of the server's own; takes the same time whatever it is. */
  readonly isKey: (token: string) => boolean;
  readonly handler: RequestHandler;
}

/** What a refused caller is told where no OAuth login can help. */
export const PLAIN_CHALLENGE = 'Bearer realm="go-mcp-gitlab"';

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/** Lets only requests pass that bring one of the server's tokens, in X-MCP-Auth-Token or as bearer; without any, all pass. */
export function createGate(tokens: readonly (string | undefined)[]): Gate {
  const expected = tokens.filter((token) => token !== undefined).map(digest);
  // Digests have one length, and every one is compared, so that the time tells nothing.
  const isKey = (token: string): boolean => {
    const given = digest(token);
    return expected.map((each) => timingSafeEqual(each, given)).includes(true);
  };
  const isOn = expected.length > 0;
  return {
    isOn,
    isKey,
    handler: createDoor((request) => {
      const given = [...tokensIn(request, 'X-MCP-Auth-Token'), ...tokensIn(request, 'Authorization')];
      if (!isOn || given.map(isKey).includes(true)) return;
      const message = "Unauthorized: send this server's token in X-MCP-Auth-Token or as Authorization: Bearer.";
      throw new Refusal({ status: 401, message, challenge: PLAIN_CHALLENGE });
    }),
  };
}
