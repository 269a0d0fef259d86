import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import type { Coordinator, Subscription } from './coordinator.ts';
import { apiConnection, openLink, redisAddress, reportOutages, workerConnection } from './redis.ts';
import type { Outage, RedisConnection, RedisLink } from './redis.ts';
import { admit, cancel, enter, keysUnder, learn, reply, reserve, rules, runScript } from './scripts.ts';
import type { Inputs, Keys, Script } from './scripts.ts';

interface RedisCoordinatorOptions {
  readonly url: string;
  /** A hash tag that all keys share, so that they live in one slot of a cluster. */
  readonly prefix: string;
  /** An API's commands fail at once when Redis is gone; a worker's wait for it. */
  readonly role: 'api' | 'worker';
  /** Told once per outage. */
  readonly onError: (error: Error) => void;
}

/** A coordinator that has connections. */
export interface RedisCoordinator extends Coordinator {
  /** Every connection works, and Redis knows that the replica which receives here is alive. */
  isReady(): boolean;
  /** Resolves when ready; rejects when closed before. */
  onceReady(): Promise<void>;
}

/** Coordinates replicas over Redis 7 or Valkey. */
export function createRedisCoordinator({ url, prefix, role, onError }: RedisCoordinatorOptions): RedisCoordinator {
  const address = redisAddress(url);
  const patient = workerConnection(address);
  const outage = reportOutages(onError);
  const connections = openConnections(outage, role === 'api' ? apiConnection(address) : patient);
  const keys = keysUnder(prefix);
  const calls = coordinateCalls(connections, keys);
  const listen = listenWith(() => connections.open('events', { ...patient, autoResubscribe: false }), outage);
  return {
    ...calls,
    receive: async (api, onMessage) => {
      const link = connections.open('replies', { ...patient, socketTimeout: REPLY_SILENCE_MS });
      connections.keepAlive(async () => calls.beat(api));
      void takeReplies({ link, outage, key: keys.reply(api) }, guarded(onMessage, onError));
      await connections.onceReady();
      return {
        close: async () => {
          connections.close(link);
        },
      };
    },
    onCancel: async (listener) => listen(keys.cancelled, guarded(listener, onError)),
    onAnnounce: async (listener) => listen(keys.announced, guarded(listener, onError)),
    isReady: connections.isReady,
    onceReady: connections.onceReady,
    close: async () => {
      connections.closeAll();
    },
  };
}

/** A blocking read answers every second at the latest, so a dead reply connection is noticed sooner than others. */
const REPLY_SILENCE_MS = 5000;
const BLOCK_MS = 1000;
const FROM_START = '0-0';
const MESSAGES_AT_ONCE = 64;
const PAUSE_AFTER_ERROR_MS = 100;

const admitReply = z.tuple([z.literal([0, 1]), z.number()]);
const slotReply = z.tuple([z.enum(['go', 'wait', 'limited']), z.number()]);
const enterReply = z.union([slotReply, z.tuple([z.enum(['expired', 'cancelled', 'orphan', 'claimed']), z.number()])]);

type Calls = Omit<Coordinator, 'receive' | 'onCancel' | 'onAnnounce' | 'close'>;

function coordinateCalls({ commands, showsLife }: Connections, keys: Keys): Calls {
  const run = async (script: Script, inputs: Inputs): Promise<unknown> =>
    commands.run(async (client) => runScript(client, script, inputs));
  return {
    admit: async ({ callId, kind, api, user, deadline, now, cap }) => {
      const touched = [keys.alive(api), keys.outstanding(user), keys.virtualTime(kind), keys.tag(kind, user)];
      const answer = await run(admit, { keys: touched, args: [now, deadline, callId, cap] });
      const [admitted, number] = admitReply.parse(answer);
      return admitted === 1 ? { admitted: true, priority: number } : { admitted: false, outstanding: number };
    },
    leave: async ({ user, callId }) => {
      await commands.run(async (client) => client.zrem(keys.outstanding(user), callId));
    },
    beat: async (api) => {
      await commands.run(async (client) => client.set(keys.alive(api), '1', 'PX', rules.aliveMs));
      showsLife();
    },
    enter: async (call) => {
      const { callId, kind, api, priority, reserved, worker, claimMs, deadline, now } = call;
      const own = [keys.alive(api), keys.cancel(callId), keys.claim(callId), keys.virtualTime(kind)];
      // A fresh name for each entry: a job that is delivered twice to one worker is claimed once.
      const claimant = `${worker}:${randomUUID()}`;
      const answer = await run(enter, {
        keys: [...own, ...keys.gates(call)],
        args: [now, deadline, reserved ? 1 : 0, kind, claimant, claimMs, priority],
      });
      const [verdict, waitMs] = enterReply.parse(answer);
      return verdict === 'wait' || verdict === 'limited' ? { verdict, waitMs } : { verdict };
    },
    reserve: async (slot) => {
      const answer = await run(reserve, { keys: keys.gates(slot), args: [slot.now, slot.deadline] });
      const [verdict, waitMs] = slotReply.parse(answer);
      return { verdict, waitMs };
    },
    unclaim: async (callId) => {
      await commands.run(async (client) => client.del(keys.claim(callId)));
    },
    learn: async ({ gate, now, intervalMs = '', burstMs = '', blockedUntil = '' }) => {
      const gates = keys.gates({ gates: [gate], now, deadline: now });
      await run(learn, { keys: gates, args: [now, intervalMs, burstMs, blockedUntil] });
    },
    reply: async (api, message) => {
      await run(reply, { keys: [keys.reply(api)], args: [message] });
    },
    cancel: async (callId) => {
      await run(cancel, { keys: [keys.cancel(callId)], args: [keys.cancelled, callId] });
    },
    announce: async (requestKey) => {
      await commands.run(async (client) => client.publish(keys.announced, requestKey));
    },
  };
}

interface Connections extends Pick<RedisCoordinator, 'isReady' | 'onceReady'> {
  readonly commands: RedisLink;
  readonly open: (name: string, options: RedisConnection) => RedisLink;
  readonly close: (link: RedisLink) => void;
  readonly closeAll: () => void;
  /** From now on ready means also that `beat` succeeded since the last outage: workers drop the calls of the dead. */
  readonly keepAlive: (beat: () => Promise<void>) => void;
  /** `beat` succeeded. */
  readonly showsLife: () => void;
}

function openConnections(outage: Outage, commandOptions: RedisConnection): Connections {
  const links = new Set<RedisLink>();
  const changes = new EventTarget();
  const closing = new AbortController();
  let beat: (() => Promise<void>) | undefined;
  let isAlive = true;
  const isReady = (): boolean => !closing.signal.aborted && isAlive && [...links].every((link) => link.isReady());
  const changed = (): void => {
    if (isReady()) changes.dispatchEvent(new Event('ready'));
  };
  const open = (name: string, options: RedisConnection): RedisLink => {
    if (closing.signal.aborted) throw new Error('The coordinator is closed.');
    const link = openLink({ name: `gitlab-${name}`, options, outage });
    link.client.on('ready', changed);
    links.add(link);
    return link;
  };
  const commands = open('commands', commandOptions);
  const greet = (): void => {
    if (commands.isReady())
      beat?.().catch((error: unknown) => {
        outage.began('beat', error);
      });
  };
  commands.client.on('ready', greet);
  commands.client.on('close', () => {
    isAlive = beat === undefined;
  });
  return {
    commands,
    open,
    isReady,
    onceReady: async () => {
      if (!isReady()) await once(changes, 'ready', { signal: closing.signal });
    },
    keepAlive: (next) => {
      beat = next;
      isAlive = false;
      greet();
    },
    showsLife: () => {
      isAlive = true;
      outage.ended('beat');
      changed();
    },
    close: (link) => {
      links.delete(link);
      link.close();
    },
    closeAll: () => {
      closing.abort();
      for (const link of links) link.close();
    },
  };
}

interface ReplyStream {
  readonly link: RedisLink;
  readonly outage: Outage;
  readonly key: string;
}

type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[]];

async function takeReplies(stream: ReplyStream, onMessage: (message: Buffer) => void): Promise<void> {
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

type Listen = (channel: string, listener: (text: string) => void) => Promise<Subscription>;

/** Listeners of all channels share one connection, opened for the first of them. */
function listenWith(open: () => RedisLink, outage: Outage): Listen {
  const listeners = new Map<string, Set<{ readonly hear: (text: string) => void }>>();
  let link: RedisLink | undefined;
  const subscribe = async (channel: string): Promise<void> => {
    await link?.run(async (client) => client.subscribe(channel));
    outage.ended('events');
  };
  const connect = (): RedisLink => {
    const opened = open();
    opened.client.on('message', (channel, text) => {
      for (const { hear } of listeners.get(channel) ?? []) hear(text);
    });
    opened.client.on('ready', () => {
      for (const channel of listeners.keys()) {
        subscribe(channel).catch((error: unknown) => {
          outage.began('events', error);
        });
      }
    });
    return opened;
  };
  return async (channel, listener) => {
    link ??= connect();
    const entry = { hear: listener };
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(entry));
    await subscribe(channel);
    return { close: async () => void listeners.get(channel)?.delete(entry) };
  };
}

/** A listener's fault costs neither the other messages nor the connection. */
function guarded<T>(listener: (value: T) => void, onError: (error: Error) => void): (value: T) => void {
  return (value) => {
    try {
      listener(value);
    } catch (error) {
      onError(error instanceof Error ? error : new Error('A listener failed.', { cause: error }));
    }
  };
}
