import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../errors.ts';
import type { Ask } from './ask.ts';
import { answer as answerSchema } from './call.ts';
import type { Answer } from './call.ts';
import { canonicalText, unorderedText } from './canonical.ts';
import type { Question } from './question.ts';
import type { Begun, Replays } from './replays.ts';
import { createKeyedHash } from './seal.ts';
import type { Seal } from './seal.ts';

interface ReplayedAskOptions {
  readonly ask: Ask['ask'];
  readonly replays: Replays;
  readonly seal: Pick<Seal, 'open'>;
  readonly now: () => number;
}

type Asking = Parameters<Ask['ask']>[1] & {
  /** Called once no earlier call answers this one, before it is queued: what it throws is this one's answer. */
  readonly onFirst?: () => void;
};

export type ReplayedAsk = (question: Question, asking: Asking) => Promise<Answer>;

/** A write under an idempotency key. */
interface Keyed {
  readonly question: Question;
  readonly key: string;
  readonly fingerprint: string;
  readonly grants: string;
  readonly asking: Asking;
}

/** How often a repeated call looks for the first one's answer. */
const POLL_MS = 200;
/** As long as `ask` waits at most beyond the deadline: the key of a call that is never started ends with it. */
const GRACE_MS = 1500;

/**
 * Asks each write under one idempotency key once: a repeated one gets the first one's answer, at whichever replica. Its grants
 * are no part of the key: they may change between the two, by a header or a deployment.
 */
export function createReplayedAsk(options: ReplayedAskOptions): ReplayedAsk {
  const { ask } = options;
  return async (question, asking) => {
    const { kind, replay: key, tool, args, caller, token } = question;
    if (kind === 'read' || key === undefined) {
      asking.onFirst?.();
      return ask({ ...question, replay: undefined }, asking);
    }
    // As the key's own name: it is the same whichever queue secret a replica has.
    const hash = createKeyedHash(token);
    const fingerprint = hash('fingerprint', canonicalText([tool, args]));
    const grants = hash('grants', unorderedText(caller.grants));
    return answerOf(options, { question, key, fingerprint, grants, asking }, false);
  };
}

async function answerOf(options: ReplayedAskOptions, call: Keyed, hasWaited: boolean): Promise<Answer> {
  const { question, asking } = call;
  const begun = await begin(options, call);
  if (begun.isFirst) return askFirst(options, call);
  assertSame(begun, call);
  if (begun.answer !== undefined) return opened(options.seal, begun.callId, begun.answer);
  if (options.now() + POLL_MS >= question.deadline) {
    const words = 'The first call under this idempotency key is still under way; repeat it under the same key';
    throw new Failure('DEADLINE_EXCEEDED', words);
  }
  if (!hasWaited) asking.onProgress('the same call is under way');
  await sleep(POLL_MS, undefined, { signal: asking.signal }).catch((error: unknown) => {
    throw new Failure('CANCELLED', 'The client cancelled the call.', { cause: error });
  });
  return answerOf(options, call, true);
}

/** A call is told what became of the first one only where it is the same, by who may do the same. */
function assertSame(first: Pick<Keyed, 'fingerprint' | 'grants'>, { fingerprint, grants }: Keyed): void {
  if (first.fingerprint !== fingerprint) {
    const words = 'This idempotency key was used for another call: repeat that call unchanged, or use a new key';
    throw new Failure('INVALID_ARGUMENTS', words);
  }
  if (first.grants === grants) return;
  const words =
    'This call was made before under its idempotency key, with other permissions: the headers that narrow them, or the ' +
    "server's own settings, have changed. It may have happened or not, and was not made again; its answer is told only " +
    'with the permissions it was made with';
  throw new Failure('OUTCOME_UNKNOWN', words);
}

async function begin(
  { replays, now }: ReplayedAskOptions,
  { question, key, fingerprint, grants }: Keyed,
): Promise<Begun> {
  const { callId, deadline } = question;
  try {
    // Until a worker runs the call nothing has happened: should it never get there, the key is soon free again.
    return await replays.begin({ key, callId, fingerprint, grants, lifeMs: Math.max(1, deadline + GRACE_MS - now()) });
  } catch (error) {
    replays.release({ key, callId, phase: 'waiting' }).catch(() => undefined);
    const words = 'The idempotency key cannot be looked up, so the call was not started.';
    throw new Failure('QUEUE_UNAVAILABLE', words, { cause: error });
  }
}

/** What is released here was not started and never is: the worker starts no write whose key is not its own. */
async function askFirst({ ask, replays }: ReplayedAskOptions, { question, key, asking }: Keyed): Promise<Answer> {
  const { callId } = question;
  let isDone = false;
  try {
    asking.onFirst?.();
    const answer = await ask(question, asking);
    isDone = answer.ok;
    return answer;
  } finally {
    if (!isDone) await replays.release({ key, callId, phase: 'waiting' }).catch(() => undefined);
  }
}

/** The facts were those of the first call, which has told them. */
function opened(seal: ReplayedAskOptions['seal'], callId: string, sealed: Buffer): Answer {
  try {
    const text = seal.open(sealed, `answer:${callId}`).toString('utf8');
    return { ...answerSchema.parse(JSON.parse(text)), facts: undefined, isReplayed: true };
  } catch (error) {
    const words = 'The first call under this idempotency key was answered, but its answer cannot be read any more';
    throw new Failure('OUTCOME_UNKNOWN', words, { cause: error });
  }
}
