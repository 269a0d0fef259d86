import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { createBell } from './bell.ts';
import type { Outage, RedisLink } from './redis.ts';
import { createReplyPlace } from './reply-place.ts';
import type { ReplyPlace } from './reply-place.ts';

interface ReplyStream {
  /** A connection that does nothing but listen. */
  readonly pushes: RedisLink;
  /** A patient one: what is large may take longer to be read than a command of an API may take. */
  readonly reads: Pick<RedisLink, 'run'>;
  readonly outage: Outage;
  /** Of the stream, and of the channel on which is pushed what was added to it. */
  readonly key: string;
}

/** What was not pushed, or was pushed to a broken connection, is found by then. */
const LOOK_MS = 1000;
const PAUSE_AFTER_ERROR_MS = 100;
const MESSAGES_AT_ONCE = 64;

/**
 * Hands on the messages of a replica's stream, in order and each once, until `pushes` is closed. A message is taken as it is
 * pushed where it follows the last one. What was missed, or is too large to be pushed, is read from the stream, where each
 * message stays until it has arrived.
 */
export async function takeReplies(stream: ReplyStream, onMessage: (message: Buffer) => void): Promise<void> {
  const { pushes, outage } = stream;
  const bell = createBell();
  const place = createReplyPlace(onMessage);
  pushes.client.on('messageBuffer', (_channel: Buffer, pushed: Buffer) => {
    if (!place.takePushed(pushed) || place.isMuch()) bell.ring();
  });
  pushes.client.on('ready', () => {
    void subscribe(stream).then(bell.ring);
  });
  while (!pushes.isClosed()) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const isAll = await look(stream, place);
      // oxlint-disable-next-line no-await-in-loop -- as above
      if (isAll && !(await bell.rung(LOOK_MS)) && pushes.isReady()) void subscribe(stream);
    } catch (error) {
      if (!pushes.isClosed()) outage.began('replies', error);
      await sleep(PAUSE_AFTER_ERROR_MS, undefined, { ref: false }); // oxlint-disable-line no-await-in-loop -- as above
    }
  }
}

/** Deletes what has arrived, and hands on what is left; whether that was all. */
async function look({ reads, outage, key }: ReplyStream, place: ReplyPlace): Promise<boolean> {
  const arrived = place.arrived();
  const read = async (client: Redis): Promise<[id: Buffer, fields: Buffer[]][]> => {
    const [, entries] = await Promise.all([
      arrived.length > 0 ? client.xdel(key, ...arrived) : undefined,
      client.xrangeBuffer(key, '-', '+', 'COUNT', MESSAGES_AT_ONCE),
    ]);
    return entries;
  };
  const entries = await reads.run(read);
  outage.ended('replies');
  place.deleted(arrived);
  for (const [id, [, message]] of entries) if (message !== undefined) place.takeFound(id.toString('latin1'), message);
  return entries.length < MESSAGES_AT_ONCE;
}

/** Also where it is subscribed: the answer shows whether the connection still stands, on which nothing else would. */
async function subscribe({ pushes, outage, key }: ReplyStream): Promise<void> {
  try {
    await pushes.run(async (client) => client.subscribe(key));
    outage.ended('pushes');
  } catch (error) {
    if (!pushes.isClosed()) outage.began('pushes', error);
  }
}
