import type { RequestHandler } from 'express';
import { INTERNAL_ERROR, INVALID_REQUEST, refuse } from './json-rpc.ts';

interface Turned {
  readonly status: 400 | 401 | 403 | 503;
  /** What is wrong and what to do; holds no token. */
  readonly message: string;
  /** WWW-Authenticate, for 401 and 403. */
  readonly challenge?: string | undefined;
}

/** A request that is turned away before MCP looks at it. */
export class Refusal extends Error {
  readonly status: Turned['status'];
  readonly challenge: string | undefined;

  constructor({ status, message, challenge }: Turned) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.challenge = challenge;
  }
}

/** A handler that lets the request on unless `examine` throws a Refusal, which is answered as a JSON-RPC error. */
export function createDoor(examine: (request: Parameters<RequestHandler>[0]) => void | Promise<void>): RequestHandler {
  return async (request, response, next) => {
    try {
      await examine(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, message, challenge } = error;
      if (challenge !== undefined) response.set('WWW-Authenticate', challenge);
      if (status === 503) response.set('Retry-After', '5');
      refuse(response, { status, code: status === 503 ? INTERNAL_ERROR : INVALID_REQUEST, message });
      return;
    }
    next();
  };
}
