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

/**
 * A batch is deleted only after it has arrived: a read whose answer is lost is sent again by ioredis and finds the same
 * entries. (BLMPOP on a list loses up to a batch with each broken connection.)
 */
async function* batchesOf({ link, outage, key }: ReplyStream): AsyncGenerator<readonly StreamEntry[]> {
  let arrived: readonly Buffer[] = [];
  const read = async (client: Redis): Promise<readonly StreamEntry[]> => {
    const [, streams] = await Promise.all([
      arrived.length > 0 ? client.xdel(key, ...arrived) : undefined,
      client.xreadBuffer('COUNT', MESSAGES_AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS', key, arrived.at(-1) ?? FROM_START),
    ]);
    outage.ended('replies');
    const entries = streams?.[0]?.[1] ?? [];
    // After a quiet second all is deleted, so starting anew reads nothing twice; Redis' clock may have gone back.
    arrived = entries.map(([id]) => id);
    return entries;
  };
  const explain = async (error: unknown): Promise<readonly StreamEntry[]> => {
    if (!link.isClosed()) outage.began('replies', error);
    await sleep(PAUSE_AFTER_ERROR_MS, undefined, { ref: false });
    return [];
  };
  while (!link.isClosed()) yield link.run(read).catch(explain);
}
