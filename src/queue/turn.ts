import { DelayedError } from 'bullmq';
import type { Job } from 'bullmq';
import { failureDataOf } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import type { Log } from '../log.ts';
import { call as callSchema, ticket as ticketSchema } from './call.ts';
import type { Answer, Call, Ticket } from './call.ts';
import type { Coordinator, Entered, Kind, Reserved } from './coordinator.ts';
import { packMessage } from './message.ts';
import type { Seal } from './seal.ts';

/** What a call may do beside answering. */
export interface Turn {
  /** Aborted when the client is gone or this worker shuts down: its reason says which. */
  readonly signal: AbortSignal;
  /** Tells the client how the call is getting on; words without private content. */
  readonly progress: (message: string) => void;
  /** Reserves the gates' next slot for a further request. */
  readonly reserve: () => Promise<Reserved>;
  /** GitLab allows no request of this call's token before that time. */
  readonly learn: (lesson: { readonly blockedUntil: number }) => Promise<void>;
}

export type Handle = (call: Call, turn: Turn) => Promise<Answer>;

/** Thrown by a handler that gives its place in the worker back: the call comes again after `waitMs`. */
export class Later extends Error {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super('the call waits in the queue');
    this.name = 'Later';
    this.waitMs = waitMs;
  }
}

/** What every turn needs. */
export interface Desk {
  readonly coordinator: Coordinator;
  readonly seal: Seal;
  readonly handle: Handle;
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

const EXPIRED: FailureData = { code: 'DEADLINE_EXCEEDED', detail: 'The call waited in the queue until its deadline.' };

type QueuedJob = Job<Ticket>;
interface Address {
  readonly id: string;
  readonly api: string;
  /** The sealed call, under whose secret it is answered. */
  readonly sealed: Buffer;
}

const addressOf = ({ id = '', data }: QueuedJob): Address => ({
  id,
  api: data.api,
  sealed: Buffer.from(data.sealed, 'base64'),
});

async function send(desk: Desk, to: Address, message: { kind: 'answer' | 'progress'; text: string }): Promise<void> {
  const body = desk.seal.seal(message.text, `${message.kind}:${to.id}`, to.sealed);
  await desk.coordinator.reply(to.api, packMessage({ kind: message.kind, callId: to.id, body }));
}

const sendAnswer = async (desk: Desk, to: Address, reply: Answer): Promise<void> =>
  send(desk, to, { kind: 'answer', text: JSON.stringify(reply) });

const sendFailure = async (desk: Desk, to: Address, data: FailureData): Promise<void> =>
  sendAnswer(desk, to, { ok: false, ...data });

/** For a call whose worker died: BullMQ hands it to another one as failed. */
export async function bury(desk: Desk, kind: Kind, job: QueuedJob): Promise<void> {
  await sendFailure(desk, addressOf(job), DIED[kind]);
}

/** moveToWait of a prioritised job does not wake idle workers in BullMQ 6.7, so it is delayed instead. */
async function comeBack(job: QueuedJob, token: string | undefined, at: number): Promise<never> {
  await job.moveToDelayed(at, token);
  throw new DelayedError();
}

function limited(waitMs: number): FailureData {
  const seconds = String(Math.ceil(waitMs / 1000));
  const detail = `GitLab's rate limit leaves no place for this call before its deadline; call again in ${seconds} s.`;
  return { code: 'GITLAB_RATE_LIMITED', detail, retryAfterMs: waitMs };
}

/** What becomes of a call that may not go: some have nobody left to answer. */
async function turnAway(desk: Desk, { job, token }: Delivery, entered: Entered): Promise<void> {
  const to = addressOf(job);
  switch (entered.verdict) {
    case 'wait': {
      const seconds = String(Math.ceil(entered.waitMs / 1000));
      await send(desk, to, { kind: 'progress', text: `GitLab allows this call in ${seconds} s` });
      return comeBack(job, token, desk.now() + entered.waitMs);
    }
    case 'limited':
      return sendFailure(desk, to, limited(entered.waitMs));
    case 'expired':
      return sendFailure(desk, to, EXPIRED);
    // `claimed`: delivered twice; whoever claimed it answers, or its caller hears at the deadline that nobody did.
    case 'go':
    case 'claimed':
    case 'cancelled':
    case 'orphan':
      desk.log.debug({ callId: to.id, verdict: entered.verdict }, 'call dropped');
  }
}

async function run(desk: Desk, { job, signal }: Delivery, data: Ticket): Promise<void> {
  const to = addressOf(job);
  const opened = desk.seal.open(to.sealed, `call:${to.id}`);
  const call = callSchema.parse(JSON.parse(opened.toString('utf8')));
  const { gates, deadline } = data;
  const [gate = ''] = gates;
  const answer = await desk.handle(call, {
    signal,
    progress: (text) => {
      send(desk, to, { kind: 'progress', text }).catch(() => undefined);
    },
    reserve: async () => desk.coordinator.reserve({ gates, deadline, now: desk.now() }),
    learn: async ({ blockedUntil }) => desk.coordinator.learn({ gate, now: desk.now(), blockedUntil }),
  });
  await sendAnswer(desk, to, answer);
}

/** A job as BullMQ delivers it to a worker. */
interface Delivery {
  readonly kind: Kind;
  readonly job: QueuedJob;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** One delivery of a call: asks the coordinator, runs the handler, sends the answer or comes again later. */
export async function takeTurn(desk: Desk, delivery: Delivery): Promise<void> {
  const { kind, job, token } = delivery;
  const data = ticketSchema.parse(job.data);
  const entered = await desk.coordinator.enter({
    ...data,
    callId: job.id ?? '',
    kind,
    now: desk.now(),
    priority: job.priority,
    reserved: job.attemptsStarted > 1,
    worker: desk.worker,
    claimMs: CLAIM_MS,
  });
  if (entered.verdict !== 'go') return turnAway(desk, delivery, entered);
  try {
    await run(desk, delivery, data);
  } catch (error) {
    if (error instanceof Later) {
      if (kind === 'write') await desk.coordinator.unclaim(job.id ?? '');
      return comeBack(job, token, desk.now() + error.waitMs);
    }
    desk.log.error({ callId: job.id, err: error }, 'a call failed in an unexpected way');
    await sendFailure(desk, addressOf(job), failureDataOf(error));
  }
}
