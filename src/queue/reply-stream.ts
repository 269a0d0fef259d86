import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Outage, RedisLink } from './redis.ts';

const BLOCK_MS = 1000;
const FROM_START = '0-0';
const MESSAGES_AT_ONCE = 64;
const PAUSE_AFTER_ERROR_MS = 100;

interface ReplyStream {
  readonly link: RedisLink;
  readonly outage: Outage;
  readonly key: string;
}

type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** Hands on the messages of a replica's stream until its link is closed. */
export async function takeReplies(stream: ReplyStream, onMessage: (message: Buffer) => void): Promise<void> {
  for await (const entries of batchesOf(stream)) {
    for (const [, [, message]] of entries) if (message !== undefined) onMessage(message);
  }
}

/** What has arrived is deleted when it is so much, or after a quiet second: each deletion has an answer to be read. */
const KEPT_AT_MOST = 64;
const KEPT_BYTES = 65_536;

interface Arrived {
  readonly add: (entries: readonly StreamEntry[]) => void;
  readonly ids: () => readonly Buffer[];
  readonly isMuch: () => boolean;
  readonly clear: () => void;
}

/** What has arrived and is still in the stream. */
function createArrived(): Arrived {
  let ids: readonly Buffer[] = [];
  let bytes = 0;
  return {
    add: (entries) => {
      ids = [...ids, ...entries.map(([id]) => id)];
      bytes += entries.reduce((sum, [, [, message]]) => sum + (message?.length ?? 0), 0);
    },
    ids: () => ids,
    isMuch: () => ids.length >= KEPT_AT_MOST || bytes >= KEPT_BYTES,
    clear: () => {
      ids = [];
      bytes = 0;
    },
  };
}

/**
 * A batch is deleted only after it has arrived: a read whose answer is lost is sent again by ioredis and finds the same
 * entries. (BLMPOP on a list loses up to a batch with each broken connection.)
 */
async function* batchesOf({ link, outage, key }: ReplyStream): AsyncGenerator<readonly StreamEntry[]> {
  const arrived = createArrived();
  let last: Buffer | undefined;
  const read = async (client: Redis): Promise<readonly StreamEntry[]> => {
    // After a quiet second all is deleted, so starting anew reads nothing twice; Redis' clock may have gone back.
    const isAnew = last === undefined;
    const deleted = isAnew || arrived.isMuch() ? arrived.ids() : [];
    const [, streams] = await Promise.all([
      deleted.length > 0 ? client.xdel(key, ...deleted) : undefined,
      client.xreadBuffer('COUNT', MESSAGES_AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS', key, last ?? FROM_START),
    ]);
    outage.ended('replies');
    if (deleted.length > 0) arrived.clear();
    const entries = streams?.[0]?.[1] ?? [];
    arrived.add(entries);
    last = entries.at(-1)?.[0];
    return entries;
  };
  const explain = async (error: unknown): Promise<readonly StreamEntry[]> => {
    if (!link.isClosed()) outage.began('replies', error);
    await sleep(PAUSE_AFTER_ERROR_MS, undefined, { ref: false });
    return [];
  };
  while (!link.isClosed()) yield link.run(read).catch(explain);
}
