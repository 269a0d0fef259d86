import type { Request, RequestHandler } from 'express';
import { createRounds } from '../queue/rounds.ts';

interface FairStartOptions {
  /** Whose turn it is: of an identified request. */
  readonly flowOf: (request: Request) => string;
  /** Requests that are begun in one turn of the event loop. */
  readonly atOnce?: number;
}

/** One takes some milliseconds: after it the event loop looks for new requests. */
const AT_ONCE = 1;

/** Begins a burst of requests bit by bit, one of each caller in turn: who comes next to it waits for a few of them, not for all. */
export function createFairStart({ flowOf, atOnce = AT_ONCE }: FairStartOptions): RequestHandler {
  const rounds = createRounds<() => void>();
  let begun = 0;
  let isTurning = false;
  const turn = (): void => {
    begun = 0;
    for (let begin = rounds.next(); begin !== undefined; begin = begun < atOnce ? rounds.next() : undefined) {
      begun += 1;
      begin();
    }
    isTurning = begun > 0;
    if (isTurning) setImmediate(turn);
  };
  return (request, _response, next) => {
    if (!isTurning) setImmediate(turn);
    isTurning = true;
    if (begun < atOnce) {
      begun += 1;
      next();
      return;
    }
    rounds.add(flowOf(request), next);
  };
}
