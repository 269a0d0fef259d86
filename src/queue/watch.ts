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
    void look(counter);
  }, BEAT_MS);
  beat.unref();
  return {
    close: () => {
      clearInterval(beat);
    },
  };
}

async function look(counter: Counter): Promise<void> {
  const { broker, api, workforce } = counter;
  try {
    const { workers } = await broker.coordinator.beat(api);
    workforce.saw(workers);
    await (workforce.isGone() ? releaseStranded(counter) : tellPlaces(counter));
  } catch {
    workforce.lostSight();
  }
}

/** What has not been started is taken back; of what has, its worker's end will be heard. */
async function releaseStranded(counter: Counter): Promise<void> {
  await Promise.all(
    counter.waiting.all().map(async ([callId, { kind, settle }]) => {
      if (await withdraw(counter, { callId, kind })) settle({ ok: false, ...NO_WORKERS });
    }),
  );
}

async function tellPlaces({ waiting, queues, now }: Counter): Promise<void> {
  const isDue = (since: number, heardAt: number): boolean =>
    now() - since >= FIRST_NEWS_MS && (heardAt === since || now() - heardAt >= NEWS_EVERY_MS);
  const due = waiting.all().filter(([, { since, heardAt }]) => isDue(since, heardAt()));
  await Promise.all(
    due.slice(0, NEWS_AT_ONCE).map(async ([callId, { kind, progress }]) => {
      if ((await queues[kind].getJobState(callId)) !== 'prioritized') return;
      const { prioritized = 1 } = await queues[kind].getJobCounts('prioritized');
      progress(`queued behind at most ${String(prioritized - 1)} calls`);
    }),
  );
}
