import type { Job } from 'bullmq';
import { failureDataOf } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import type { Log } from '../log.ts';
import { call as callSchema, ticket as ticketSchema } from './call.ts';
import type { Answer, Call, Ticket } from './call.ts';
import type { Coordinator, Entered, Gate, Kind, Lesson, Reserved } from './coordinator.ts';
import { packMessage, TOUCHED } from './message.ts';
import { comeBack, lastFacts, pastOf } from './past.ts';
import type { Past } from './past.ts';
import { EXPIRED, limited, unavailable, UNHEARD } from './refusals.ts';
import { goodUntil, reserveInTime } from './reserve-in-time.ts';
import { dropKey, holdKey, KEY_LOST, settleKey } from './replay-turn.ts';
import type { Replays } from './replays.ts';
import type { Seal } from './seal.ts';

/** What a call may do beside answering. */
export interface Turn {
  /** Aborted when the client is gone or this worker shuts down: its reason says which. */
  readonly signal: AbortSignal;
  /** Tells the client how the call is getting on; words without private content. */
  readonly progress: (message: string) => void;
  /** What the call has passed when its turn came, and until when (epoch milliseconds) that is good. */
  readonly passed: { readonly gates: readonly Gate[]; readonly until: number };
  /** What the answer tells beside its own. */
  readonly past: Past;
  /** May a further request of this call pass these gates? After `wait` it asks again. */
  readonly reserve: (gates: readonly Gate[]) => Promise<Reserved>;
  readonly learn: (lesson: Omit<Lesson, 'now'>) => Promise<void>;
  /** Whether GitLab's answer shows that it works. */
  readonly judge: (ok: boolean) => Promise<void>;
}

export type Handle = (call: Call, turn: Turn) => Promise<Answer>;

/** Thrown by a handler that gives its place in the worker back: the call comes again after `waitMs`. */
export class Later extends Error {
  readonly waitMs: number;
  /** What the call has come to; absent where nobody has counted. */
  readonly past: Past | undefined;

  constructor(waitMs: number, past?: Past) {
    super('the call waits in the queue');
    this.name = 'Later';
    this.waitMs = waitMs;
    this.past = past;
  }
}

export interface Foreseen {
  /** That the first request of the call must pass. */
  readonly gates: readonly Gate[];
  /** To be called when the call's turn is over. */
  readonly end: () => void;
}

/** What every turn needs. */
export interface Desk {
  readonly coordinator: Coordinator;
  readonly replays: Replays;
  readonly seal: Seal;
  readonly handle: Handle;
  /** GitLab, as the breaker knows it: a keyed hash. */
  readonly host: string;
  /** What a call alone tells of its first request. */
  readonly foresee: (call: Call) => Foreseen;
  /** The name of this worker, for claims. */
  readonly worker: string;
  readonly now: () => number;
  readonly log: Log;
}

/** Longer than any call lives, so that a job queued twice by mistake still writes once. */
const CLAIM_MS = 3_600_000;

/** What the client hears when a worker died over its call. */
const DIED: Readonly<Record<Kind, FailureData>> = {
  read: { code: 'INTERNAL', detail: 'The workers that ran this call died.' },
  write: {
    code: 'OUTCOME_UNKNOWN',
    detail: 'The worker died while the write was under way: it may or may not have happened.',
  },
};

/** What the client hears where the worker failed over a write. */
export const UNSURE: FailureData = {
  code: 'OUTCOME_UNKNOWN',
  detail: 'The worker met an error while the write was under way: it may or may not have happened.',
};

const UNEXPECTED = 'a call failed in an unexpected way';

type QueuedJob = Job<Ticket>;
interface Address {
  readonly id: string;
  readonly api: string;
  readonly deadline: number;
  /** Absent in the ticket of an API that ends its calls itself. */
  readonly user: string | undefined;
  readonly replay: string | undefined;
  /** The sealed call, under whose secret it is answered. */
  readonly sealed: Buffer;
}

const addressOf = ({ id = '', data }: QueuedJob): Address => ({
  id,
  api: data.api,
  deadline: data.deadline,
  user: data.user,
  replay: data.replay,
  sealed: Buffer.from(data.sealed, 'base64'),
});

async function sendProgress({ seal, coordinator }: Desk, to: Address, text: string): Promise<void> {
  const body = seal.seal(text, `progress:${to.id}`, to.sealed);
  await coordinator.reply(to.api, packMessage({ kind: 'progress', callId: to.id, body }));
}

async function sendAnswer(desk: Desk, to: Address, answer: Answer): Promise<void> {
  const body = desk.seal.seal(JSON.stringify(answer), `answer:${to.id}`, to.sealed);
  const { id: callId, user } = to;
  // Where it cannot be kept the key stays this call's: repeated, it is not made again.
  await settleKey(desk, to, { answer, sealed: body }).catch((error: unknown) => {
    desk.log.error({ callId, err: error }, 'an answer could not be kept under its idempotency key');
  });
  const ended = user === undefined ? undefined : { user, callId };
  const kind = ended === undefined ? 'answer' : 'last';
  // Not waited for: what BullMQ says next of the job leaves with it, and after it where Redis knows the script.
  desk.coordinator.reply(to.api, packMessage({ kind, callId, body }), ended).catch((error: unknown) => {
    desk.log.error({ callId, err: error }, 'an answer could not be sent');
  });
}

const sendFailure = async (desk: Desk, to: Address, data: FailureData): Promise<void> =>
  sendAnswer(desk, to, { ok: false, ...data });

/** For a call that waited, and gets no turn any more. */
const sendRefusal = async (desk: Desk, job: QueuedJob, data: FailureData): Promise<void> =>
  sendAnswer(desk, addressOf(job), { ok: false, ...data, facts: lastFacts(job, desk.now()) });

/** For a call whose worker died: BullMQ hands it to another one as failed. */
export async function bury(desk: Desk, kind: Kind, job: QueuedJob): Promise<void> {
  if (kind === 'write') await desk.coordinator.announce(TOUCHED).catch(() => undefined);
  await sendFailure(desk, addressOf(job), DIED[kind]);
}

/** A shorter wait is over before anybody has read of it. */
export const WORTH_TELLING_MS = 1000;

export function allowedIn(waitMs: number): string {
  return `GitLab allows the next call in ${String(Math.ceil(waitMs / 1000))} s`;
}

async function tellWait(desk: Desk, to: Address, waitMs: number): Promise<void> {
  if (waitMs >= WORTH_TELLING_MS) await sendProgress(desk, to, allowedIn(waitMs));
}

/** What becomes of a call that may not go: some have nobody left to answer. */
async function turnAway(desk: Desk, { job, token }: Delivery, entered: Entered): Promise<void> {
  const to = addressOf(job);
  switch (entered.verdict) {
    case 'wait':
      await tellWait(desk, to, entered.waitMs);
      return comeBack(job, { token, now: desk.now(), waitMs: entered.waitMs });
    case 'limited':
      return sendRefusal(desk, job, limited(entered.waitMs));
    case 'unavailable':
      return sendRefusal(desk, job, unavailable(entered.waitMs));
    case 'expired':
      return sendRefusal(desk, job, EXPIRED);
    case 'orphan':
      return sendRefusal(desk, job, UNHEARD);
    // `claimed`: delivered twice; whoever claimed it answers, or its caller hears at the deadline that nobody did.
    case 'go':
    case 'claimed':
    case 'cancelled':
      if (entered.verdict !== 'claimed') await dropKey(desk, to);
      desk.log.debug({ callId: to.id, verdict: entered.verdict }, 'call dropped');
  }
}

/** A job as BullMQ delivers it to a worker. */
interface Delivery {
  readonly kind: Kind;
  readonly job: QueuedJob;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

function opened({ seal }: Desk, { id, sealed }: Address): Call {
  return callSchema.parse(JSON.parse(seal.open(sealed, `call:${id}`).toString('utf8')));
}

async function run(desk: Desk, { kind, job, signal }: Delivery, { call, passed }: Passed): Promise<void> {
  const { coordinator, host, now } = desk;
  const to = addressOf(job);
  const { id: callId, deadline } = call;
  const turn: Turn = {
    signal,
    progress: (text) => {
      sendProgress(desk, to, text).catch(() => undefined);
    },
    passed,
    past: pastOf(job),
    // A running call goes before those that still wait for their first request.
    reserve: async (gates) => reserveInTime(coordinator, { callId, host, gates, deadline }, now),
    learn: async (lesson) => coordinator.learn({ ...lesson, now: now() }),
    judge: async (ok) => coordinator.judge({ callId, host, ok, now: now() }),
  };
  const answer = await desk.handle(call, turn).catch((error: unknown) => unexpected(desk, { kind, callId, error }));
  if (kind === 'write') await coordinator.announce(TOUCHED).catch(() => undefined);
  await sendAnswer(desk, to, answer);
}

interface Thrown {
  readonly kind: Kind;
  readonly callId: string;
  readonly error: unknown;
}

/** What the client hears of a handler that throws, as none should: it may have begun to write. */
function unexpected({ log }: Desk, { kind, callId, error }: Thrown): Answer {
  if (error instanceof Later) throw error;
  log.error({ callId, err: error }, UNEXPECTED);
  return { ok: false, ...(kind === 'write' ? UNSURE : failureDataOf(error)) };
}

/** A call, and what its first request must pass. */
interface Begun extends Pick<Foreseen, 'gates'> {
  readonly call: Call;
}

interface Passed extends Pick<Begun, 'call'>, Pick<Turn, 'passed'> {}

/** One delivery of a call: asks the coordinator, runs the handler, sends the answer or comes again later. */
export async function takeTurn(desk: Desk, delivery: Delivery): Promise<void> {
  const call = opened(desk, addressOf(delivery.job));
  const { gates, end } = desk.foresee(call);
  try {
    await takeTurnOf(desk, delivery, { call, gates });
  } finally {
    end();
  }
}

async function takeTurnOf(desk: Desk, delivery: Delivery, begun: Begun): Promise<void> {
  const { kind, job, token } = delivery;
  const { call, gates } = begun;
  const { api, deadline } = ticketSchema.parse(job.data);
  const askedAt = desk.now();
  const entered = await desk.coordinator.enter({
    api,
    deadline,
    callId: call.id,
    kind,
    host: desk.host,
    gates,
    now: askedAt,
    priority: job.priority,
    worker: desk.worker,
    claimMs: CLAIM_MS,
  });
  if (entered.verdict !== 'go') return turnAway(desk, delivery, entered);
  const to = addressOf(job);
  const passed = { gates, until: goodUntil(entered, askedAt) };
  try {
    const mayRun = await holdKey(desk, to, 'running');
    await (mayRun ? run(desk, delivery, { call, passed }) : sendRefusal(desk, job, KEY_LOST));
  } catch (error) {
    if (error instanceof Later) {
      if (kind === 'write') await desk.coordinator.unclaim(call.id);
      await holdKey(desk, to, 'waiting');
      return comeBack(job, { token, now: desk.now(), waitMs: error.waitMs, past: error.past });
    }
    desk.log.error({ callId: job.id, err: error }, UNEXPECTED);
    await sendFailure(desk, to, failureDataOf(error));
  }
}
