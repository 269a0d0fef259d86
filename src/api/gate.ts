import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { INVALID_REQUEST, refuse } from './json-rpc.ts';

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/** `Bearer x` → `x` */
function bearerOf(request: Request): string | undefined {
  const [, token] = /^Bearer +(?<token>\S+)$/iu.exec(request.get('authorization') ?? '') ?? [];
  return token;
}

/** Lets only requests pass that bring the server's own token, in X-MCP-Auth-Token or as Bearer; without one, all pass. */
export function createGate(authToken: string | undefined): RequestHandler {
  if (authToken === undefined) {
    return (_request, _response, next) => {
      next();
    };
  }
  const expected = digest(authToken);
  // Digests have one length, so that the comparison takes the same time whatever was sent.
  const isRight = (given: string | undefined): boolean =>
    given !== undefined && timingSafeEqual(digest(given), expected);
  return (request, response, next) => {
    if (isRight(request.get('x-mcp-auth-token')) || isRight(bearerOf(request))) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Bearer realm="go-mcp-gitlab"');
    const message = "Unauthorized: send this server's token in X-MCP-Auth-Token or as Authorization: Bearer.";
    refuse(response, { status: 401, code: INVALID_REQUEST, message });
  };
}
