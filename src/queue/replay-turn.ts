import { failures } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import type { Answer } from './call.ts';
import { REPLAY_MS } from './replays.ts';
import type { Replays } from './replays.ts';

/** What a worker knows of a call under an idempotency key. */
interface Keyed {
  readonly id: string;
  /** Absent where the client gave no key. */
  readonly replay: string | undefined;
  readonly deadline: number;
}

interface Desk {
  readonly replays: Replays;
  readonly now: () => number;
}

/** What the client hears, if it still waits, when its key was given to another call or lost with Redis. */
export const KEY_LOST: FailureData = {
  code: 'QUEUE_UNAVAILABLE',
  detail: 'The call was not started: Redis no longer holds its idempotency key.',
};

/** Whether a call may run, or wait again: one under a key only while the key is its own. */
export async function holdKey(desk: Desk, call: Keyed, phase: 'waiting' | 'running'): Promise<boolean> {
  const { id: callId, replay: key, deadline } = call;
  if (key === undefined) return true;
  const lifeMs = REPLAY_MS + Math.max(0, deadline - desk.now());
  return desk.replays.hold({ key, callId, phase, lifeMs });
}

/** Calls that surely did nothing may be made again under their key. */
const mayGoAgain = (answer: Answer): boolean => !answer.ok && failures[answer.code].mayRetry;

/** Keeps a call's sealed answer for those that repeat it, before anybody hears it; a call may have waited again when it ended. */
export async function settleKey(desk: Desk, call: Keyed, answered: Answered): Promise<void> {
  const { id: callId, replay: key } = call;
  if (key === undefined) return;
  if (mayGoAgain(answered.answer)) await desk.replays.release({ key, callId });
  else await desk.replays.keep({ key, callId, answer: answered.sealed });
}

interface Answered {
  readonly answer: Answer;
  readonly sealed: Buffer;
}

/** Nobody waits for a call that has not been started. */
export async function dropKey(desk: Desk, { id: callId, replay: key }: Keyed): Promise<void> {
  if (key !== undefined) await desk.replays.release({ key, callId, phase: 'waiting' });
}
