import { Failure } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import { CALL_VERSION } from './call.ts';
import type { Call, Ticket } from './call.ts';
import type { Counter, Question } from './question.ts';

/** What the client of a write hears when its answer is lost. */
export const LOST: FailureData = {
  code: 'OUTCOME_UNKNOWN',
  detail: 'The write was handed over, but no answer came back: it may or may not have happened.',
};

/** Nobody waits any more: true when the call surely never starts. */
export async function withdraw({ broker, queues }: Counter, { callId, kind }: Question): Promise<boolean> {
  try {
    await broker.coordinator.cancel(callId);
    return (await queues[kind].remove(callId)) === 1;
  } catch {
    return false;
  }
}

/** The call's place among all users' calls. */
async function admit({ broker, ...counter }: Counter, question: Question, user: string): Promise<number> {
  const { callId, kind, deadline } = question;
  const { api, now, maxOutstandingPerCaller: cap } = counter;
  const admitted = await broker.coordinator
    .admit({ callId, kind, api, user, deadline, now: now(), cap })
    .catch((error: unknown) => {
      const words = 'The queue cannot be reached, so the call was not started.';
      throw new Failure('QUEUE_UNAVAILABLE', words, { cause: error });
    });
  if (admitted.admitted) return admitted.priority;
  const words = `${String(admitted.outstanding)} of your calls are under way, which is all that one caller may have.`;
  throw new Failure('BUSY', words, { retryAfterMs: 1000 });
}

function ticketOf({ seal, hash, api, now }: Counter, question: Question, user: string): Ticket {
  const { callId, tool, args, caller, token, deadline } = question;
  const call: Call = { v: CALL_VERSION, id: callId, tool, args, caller, token, deadline, askedAt: now() };
  return {
    v: CALL_VERSION,
    api,
    user,
    gates: question.gates.map((gate) => hash('gate', gate)),
    deadline,
    sealed: seal.seal(JSON.stringify(call), `call:${callId}`).toString('base64'),
  };
}

/** Puts the call into its queue, or fails with what is known about it. */
export async function enqueue(counter: Counter, question: Question, user: string): Promise<void> {
  const { callId, kind } = question;
  const priority = await admit(counter, question, user);
  const ticket = ticketOf(counter, question, user);
  const job = { jobId: callId, priority, attempts: 1, removeOnComplete: true, removeOnFail: true };
  try {
    await counter.queues[kind].add('call', ticket, job);
  } catch (error) {
    // Redis may have taken the job although its answer was lost: it is withdrawn, never sent twice.
    const surelyNot = await withdraw(counter, question);
    if (!surelyNot && kind === 'write') throw new Failure(LOST.code, LOST.detail, { cause: error });
    throw new Failure('QUEUE_UNAVAILABLE', 'The queue did not take the call.', {
      cause: error,
    });
  }
}
