import { Failure } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import { createAdmissionLine } from './admission-line.ts';
import { answer as answerSchema } from './call.ts';
import type { Answer } from './call.ts';
import type { Subscription } from './coordinator.ts';
import { enqueue, flowOf, LOST, withdraw } from './enqueue.ts';
import { createForecast } from './forecast.ts';
import { readGauges } from './gauges.ts';
import type { Gauges } from './gauges.ts';
import { unpackMessage } from './message.ts';
import type { AskOptions, Counter, Question } from './question.ts';
import { createWaiting } from './waiting.ts';
import type { Waiting } from './waiting.ts';
import { watchWaiting } from './watch.ts';
import { createWorkforce } from './workforce.ts';

interface Asking {
  /** The client's cancel or disconnect. */
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

export interface Ask {
  readonly ask: (question: Question, asking: Asking) => Promise<Answer>;
  /** Why no call can be taken now, or nothing. */
  readonly unreadyReason: () => string | undefined;
  /** What the queue is like now. */
  readonly gauges: () => Promise<Gauges>;
  /** Calls that still wait for their answer. */
  readonly outstanding: () => number;
  /** Takes no new call from now on, waits for those under way, then lets the queue go. */
  readonly close: () => Promise<void>;
}

/** The reason of a replica that has taken calls, and will again when Redis is back. */
export const CUT_OFF = 'the connection to the queue (Redis) is lost';

/** The worker answers at the deadline by itself, and knows more: it is given this long to be heard. */
const GRACE_MS = 1500;

const LATE: FailureData = { code: 'DEADLINE_EXCEEDED', detail: 'The call was not finished before its deadline.' };

const UNREADABLE: FailureData = {
  code: 'INTERNAL',
  detail: 'The answer could not be read: do all roles have the same QUEUE_SECRET?',
};

/** The API's side of the queue: puts a call in, waits for its answer, gives up at its deadline. */
export function createAsk(options: AskOptions): Ask {
  const { broker, api, log } = options;
  const waiting = createWaiting(options);
  const queues = { read: broker.queue('read'), write: broker.queue('write') };
  const line = createAdmissionLine(options);
  const workforce = createWorkforce(options);
  const counter: Counter = { ...options, queues, waiting, line, workforce, forecast: createForecast(options) };
  const state: { replies?: Subscription; closing: boolean } = { closing: false };
  broker.coordinator
    .receive(api, (bytes) => {
      hand(bytes, waiting, options);
    })
    .then(
      (subscription) => {
        state.replies = subscription;
      },
      (error: unknown) => {
        log.error({ err: error }, 'answers cannot be received');
      },
    );
  const watch = watchWaiting(counter);
  const unreadyReason = (): string | undefined => {
    if (state.closing) return 'shutting down';
    // Answers are received from the first time on that the broker was ready.
    if (state.replies === undefined) return 'the queue (Redis) is not connected';
    return broker.isReady() ? undefined : CUT_OFF;
  };
  return {
    unreadyReason,
    gauges: async () => readGauges(counter),
    outstanding: () => waiting.size(),
    ask: async (question, asking) => {
      const reason = unreadyReason();
      if (reason === undefined) return awaitAnswer(counter, question, asking);
      const code = state.closing ? 'SHUTTING_DOWN' : 'QUEUE_UNAVAILABLE';
      throw new Failure(code, `No call is taken now: ${reason}.`);
    },
    close: async () => {
      state.closing = true;
      await waiting.empty();
      watch.close();
      await state.replies?.close();
      await Promise.all(Object.values(queues).map(async (queue) => queue.close()));
    },
  };
}

async function awaitAnswer(counter: Counter, question: Question, { signal, onProgress }: Asking): Promise<Answer> {
  const { waiting, broker, hash, now, forecast } = counter;
  const { callId, kind, deadline, caller } = question;
  const user = hash('user', caller.id);
  const answered = waiting.add(callId, {
    kind,
    generation: broker.generation(),
    onProgress,
    patienceMs: deadline + GRACE_MS - now(),
    onImpatient: async () => ((await withdraw(counter, question)) || kind === 'read' ? LATE : LOST),
    signal,
    onAbort: () => {
      void withdraw(counter, question);
    },
  });
  // The client may go, or the queue refuse the call, before anybody awaits the answer.
  answered.catch(() => undefined);
  let hasLeft = false;
  const end = forecast.begin(flowOf(question));
  try {
    await enqueue(counter, question, { user, signal });
    const heard = await answered;
    ({ hasLeft } = heard);
    return heard.answer;
  } finally {
    end();
    waiting.delete(callId);
    if (!hasLeft) broker.coordinator.leave({ user, callId }).catch(() => undefined);
  }
}

/** Hands a message to the call that waits for it; late ones have nobody. */
function hand(bytes: Buffer, waiting: Waiting, { seal, log }: Pick<AskOptions, 'seal' | 'log'>): void {
  const message = unpackMessage(bytes);
  const waiter = message === undefined ? undefined : waiting.get(message.callId);
  if (message === undefined || waiter === undefined) return;
  const hasLeft = message.kind === 'last';
  try {
    const context = message.kind === 'progress' ? 'progress' : 'answer';
    const body = seal.open(message.body, `${context}:${message.callId}`).toString('utf8');
    if (message.kind === 'progress') waiter.progress(body);
    else waiter.settle({ answer: answerSchema.parse(JSON.parse(body)), hasLeft });
  } catch (error) {
    log.error({ callId: message.callId, err: error }, 'an answer could not be opened');
    if (message.kind === 'progress') return;
    waiter.settle({ answer: { ok: false, ...UNREADABLE }, hasLeft });
  }
}
