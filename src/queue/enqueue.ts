import { Failure } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import { CALL_VERSION } from './call.ts';
import type { Call, Ticket } from './call.ts';
import type { Admitted } from './coordinator.ts';
import type { Counter, Question } from './question.ts';
import { NO_WORKERS } from './workforce.ts';

/** What the client of a write hears when its answer is lost. */
export const LOST: FailureData = {
  code: 'OUTCOME_UNKNOWN',
  detail: 'The write was handed over, but no answer came back: it may or may not have happened.',
};

/**
 * Nobody waits any more, `unless` it is claimed: true when the call surely never starts. That a job can be removed does not
 * say so: BullMQ also removes one whose worker has died over it; nor that it is not claimed, where Redis may have come back
 * without what it held.
 */
export async function withdraw(
  { broker, queues, waiting }: Pick<Counter, 'broker' | 'queues' | 'waiting'>,
  { callId, kind }: Pick<Question, 'callId' | 'kind'>,
  unless?: 'claimed',
): Promise<boolean> {
  try {
    const { isClaimed } = await broker.coordinator.cancel(callId, unless);
    // What became of it is told by whoever finds its worker dead.
    if (isClaimed) return false;
    const isRemoved = (await queues[kind].remove(callId)) === 1;
    const hasLasted = waiting.get(callId)?.generation === broker.generation();
    return kind === 'write' ? hasLasted : isRemoved;
  } catch {
    return false;
  }
}

/** What a call that can wait costs its caller, in turns of one that cannot. */
const BULK_STEP = 8;

interface Standing {
  /** A keyed hash. */
  readonly user: string;
  readonly signal: AbortSignal;
}

/** Whose calls keep their order. */
export const flowOf = ({ caller, flow = caller.id, isBulk = false }: Question): string =>
  isBulk ? `bulk:${flow}` : flow;

const stepOf = ({ isBulk = false }: Question): number => (isBulk ? BULK_STEP : 1);

const unreachable = (cause: unknown): Failure =>
  new Failure('QUEUE_UNAVAILABLE', 'The queue cannot be reached, so the call was not started.', { cause });

const BUSY_MS = 1000;

interface Admittance {
  readonly user: string;
  /** Where it is foretold. */
  readonly priority?: number;
}

/** The call's place among all calls. */
async function admit(counter: Counter, question: Question, { user, priority: foretold }: Admittance): Promise<number> {
  const { broker, api, hash, now, workforce, line, forecast, maxOutstandingPerCaller: cap, maxOutstanding } = counter;
  const { callId, kind, deadline } = question;
  const flow = hash('flow', flowOf(question));
  const admitted = await broker.coordinator
    .admit({
      callId,
      kind,
      api,
      user,
      flow,
      step: stepOf(question),
      foretold,
      deadline,
      now: now(),
      cap,
      capOfAll: maxOutstanding,
    })
    .catch((error: unknown) => {
      forecast.forget();
      const failure = unreachable(error);
      line.dismiss(failure);
      throw failure;
    });
  workforce.saw(admitted.workers);
  if (!admitted.admitted) {
    if (admitted.full === 'user') forecast.bar(flowOf(question), BUSY_MS);
    else forecast.forget();
    throw busy(admitted);
  }
  forecast.saw(kind, admitted.virtualTime);
  if (!workforce.isGone()) return admitted.priority;
  const { code, detail, retryAfterMs } = NO_WORKERS;
  throw new Failure(code, detail, { retryAfterMs });
}

function busy({ full, outstanding }: Extract<Admitted, { admitted: false }>): Failure {
  const number = String(outstanding);
  const words =
    full === 'user'
      ? `${number} of your calls are under way, which is all that one caller may have.`
      : `${number} calls of all callers are under way, which is all that this server takes.`;
  return new Failure('BUSY', words, { retryAfterMs: BUSY_MS });
}

function ticketOf({ seal, api, now }: Counter, question: Question, user: string): Ticket {
  const { callId, tool, args, caller, token, deadline, noCache, replay } = question;
  const call: Call = {
    v: CALL_VERSION,
    id: callId,
    tool,
    args,
    caller,
    token,
    deadline,
    askedAt: now(),
    ...(noCache === true && { noCache }),
  };
  return {
    v: CALL_VERSION,
    api,
    deadline,
    user,
    ...(replay !== undefined && { replay }),
    sealed: seal.seal(JSON.stringify(call), `call:${callId}`).toString('base64'),
  };
}

/** Puts the call into its queue once its turn has come, or fails with what is known about it. */
export async function enqueue(counter: Counter, question: Question, { user, signal }: Standing): Promise<void> {
  const flow = flowOf(question);
  const step = await counter.line.enter({ flow, deadline: question.deadline, signal });
  try {
    const { workforce, forecast } = counter;
    const asked = { kind: question.kind, flow, step: stepOf(question) };
    const foretold = workforce.isGone() ? undefined : forecast.priorityOf(asked);
    if (foretold === undefined) {
      const priority = await admit(counter, question, { user });
      await add(counter, question, { user, priority });
    } else {
      await addForetold(counter, question, { user, priority: foretold });
    }
  } finally {
    step.done();
  }
}

/** A read is queued in the same write that asks for its admission, and taken back where that is refused. */
async function addForetold(counter: Counter, question: Question, place: Place): Promise<void> {
  const admission = admit(counter, question, place);
  const queued = add(counter, question, place);
  queued.catch(() => undefined);
  try {
    await admission;
  } catch (error) {
    // Nobody waits for it: where Redis is silent this would take as long again.
    void withdraw(counter, question);
    throw error;
  }
  await queued;
}

interface Place {
  readonly user: string;
  readonly priority: number;
}

async function add(counter: Counter, question: Question, { user, priority }: Place): Promise<void> {
  const { callId, kind } = question;
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
