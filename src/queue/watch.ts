import { withdraw } from './enqueue.ts';
import type { Counter } from './question.ts';
import { NO_WORKERS } from './workforce.ts';

/** How often this replica says that it still waits, and hears of the workers; the coordinator forgets it after 15 s. */
const BEAT_MS = 1000;
/** Whose call waits gets a word about it this often. */
const NEWS_EVERY_MS = 5000;
const FIRST_NEWS_MS = 1000;
/** Most calls that get such a word at a time: each asks Redis where its call is. */
const NEWS_AT_ONCE = 50;

/** Looks after the calls that wait: tells them their place, and that there is nobody left to run them. */
export function watchWaiting(counter: Counter): { readonly close: () => void } {
  const beat = setInterval(() => {
    void lookAfter(counter);
  }, BEAT_MS);
  beat.unref();
  return {
    close: () => {
      clearInterval(beat);
    },
  };
}

async function lookAfter(counter: Counter): Promise<void> {
  const { broker, api, workforce, forecast } = counter;
  try {
    const { workers } = await broker.coordinator.beat(api);
    workforce.saw(workers);
    await (workforce.isGone() ? releaseStranded(counter) : tellPlaces(counter));
  } catch {
    workforce.lostSight();
    forecast.forget();
  }
}

/**
 * What has not been started is taken back; of what has, its worker's end will be heard. A read is not cancelled for it: one
 * that is taken in this moment is answered by its worker.
 */
async function releaseStranded(counter: Counter): Promise<void> {
  const { waiting, queues } = counter;
  await Promise.all(
    waiting.all().map(async ([callId, { kind, settle }]) => {
      const isFree =
        kind === 'read'
          ? (await queues.read.remove(callId)) === 1
          : await withdraw(counter, { callId, kind }, 'claimed');
      if (isFree) settle({ answer: { ok: false, ...NO_WORKERS }, hasLeft: false });
    }),
  );
}

async function tellPlaces({ waiting, queues, now }: Counter): Promise<void> {
  const isDue = (since: number, lookedAt: number): boolean =>
    now() - since >= FIRST_NEWS_MS && (lookedAt === since || now() - lookedAt >= NEWS_EVERY_MS);
  const due = waiting.all().filter(([, { since, lookedAt }]) => isDue(since, lookedAt()));
  await Promise.all(
    due.slice(0, NEWS_AT_ONCE).map(async ([callId, { kind, look, progress }]) => {
      look();
      if ((await queues[kind].getJobState(callId)) !== 'prioritized') return;
      const { prioritized = 1 } = await queues[kind].getJobCounts('prioritized');
      progress(`queued behind at most ${String(prioritized - 1)} calls`);
    }),
  );
}
