import { Failure } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Call } from '../queue/call.ts';
import { UNSURE } from '../queue/turn.ts';

interface UnsureOptions {
  readonly call: Pick<Call, 'id'>;
  readonly log: Log;
}

/** A fault of ours, after which a write may have happened: a look can still tell, so only the log hears what it was. */
export function unsure({ call, log }: UnsureOptions, error: unknown): Failure {
  log.error({ callId: call.id, err: error }, 'a write failed in an unexpected way');
  return new Failure(UNSURE.code, UNSURE.detail, { cause: error });
}
