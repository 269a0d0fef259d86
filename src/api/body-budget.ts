import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { INVALID_REQUEST, refuse } from './json-rpc.ts';

interface BodyBudgetOptions {
  /** Largest body that is taken in. */
  readonly maxBytes: number;
  /** Most bytes of the large bodies of all calls under way. */
  readonly inFlight: number;
}

/** Ordinary calls are smaller, and are never refused for their bodies: as many as may be under way have room beside the large ones. */
const SMALL_BYTES = 16_384;
const FULL_WAIT_S = 1;

const weightOf = (bytes: number): number => (bytes > SMALL_BYTES ? bytes : 0);

const isPacked = ({ headers }: IncomingMessage): boolean =>
  (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity';

/** The most that a body can become; nothing for one that is refused unread. */
function mostOf(request: IncomingMessage, maxBytes: number): number {
  const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
  if (length === undefined) return transfer === undefined ? 0 : maxBytes;
  if (Number(length) > maxBytes) return 0;
  return isPacked(request) ? maxBytes : Number(length);
}

/** Tells how long a body was that came without saying so, once it is there. */
function measure(request: IncomingMessage, tell: (bytes: number) => void): void {
  let bytes = 0;
  request
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    })
    .once('end', () => {
      tell(bytes);
    });
}

/** Lets a call's body in, which counts until the call is answered, or refuses it unread; one alone always fits. */
export function createBodyBudget({ maxBytes, inFlight }: BodyBudgetOptions): RequestHandler {
  let underWay = 0;
  return (request, response, next) => {
    let counted = weightOf(mostOf(request, maxBytes));
    if (counted === 0) {
      next();
      return;
    }
    if (underWay > 0 && underWay + counted > inFlight) {
      const message = `BUSY: The large calls under way leave no room in this server for the body of this one; call again in ${String(FULL_WAIT_S)} s.`;
      response.set('Retry-After', String(FULL_WAIT_S));
      refuse(response, { status: 429, code: INVALID_REQUEST, message });
      return;
    }
    const count = (bytes: number): void => {
      underWay += bytes - counted;
      counted = bytes;
    };
    underWay += counted;
    response.once('close', () => {
      count(0);
    });
    if (request.headers['content-length'] === undefined && !isPacked(request))
      measure(request, (bytes) => {
        if (!response.closed) count(weightOf(Math.min(bytes, maxBytes)));
      });
    next();
  };
}
