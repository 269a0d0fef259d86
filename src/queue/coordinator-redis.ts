import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { listenWith } from './channels.ts';
import type { Coordinator, Entered, Place, Reserved, Slot } from './coordinator.ts';
import { orderOf } from './gate.ts';
import { openConnections } from './redis-connections.ts';
import type { Connections } from './redis-connections.ts';
import { API_PATIENCE_MS, apiConnection, redisAddress, reportOutages, workerConnection } from './redis.ts';
import type { Outage } from './redis.ts';
import { takeReplies } from './reply-stream.ts';
import { admit, beat, beatWorker, leave } from './scripts/admission.ts';
import { learn } from './scripts/gates.ts';
import { keysUnder } from './scripts/keys.ts';
import type { Keys } from './scripts/keys.ts';
import { cancel, reply } from './scripts/messages.ts';
import { runScript } from './scripts/script.ts';
import type { Inputs, Script } from './scripts/script.ts';
import { enter, judge, reserve } from './scripts/turns.ts';

interface RedisCoordinatorOptions {
  readonly url: string;
  /** A hash tag that all keys share, so that they live in one slot of a cluster. */
  readonly prefix: string;
  /** An API's commands fail at once when Redis is gone; a worker's wait for it. */
  readonly role: 'api' | 'worker';
  /** Told once per outage. */
  readonly onError: (error: Error) => void;
  /** Told of an outage's end. */
  readonly onBack?: ((afterMs: number) => void) | undefined;
}

/** A coordinator that has connections; others may send their commands with its own, in one write. */
export interface RedisCoordinator extends Coordinator, Pick<Connections, 'isReady' | 'onceReady' | 'commands'> {
  /** For further connections to the same Redis. */
  readonly outage: Outage;
}

/** Coordinates replicas over Redis 7 or Valkey. */
export function createRedisCoordinator(own: RedisCoordinatorOptions): RedisCoordinator {
  const { url, prefix, role, onError, onBack } = own;
  const address = redisAddress(url);
  const patient = workerConnection(address);
  const outage = reportOutages(onError, onBack);
  const connections = openConnections(
    outage,
    role === 'api'
      ? { options: apiConnection(address), patienceMs: API_PATIENCE_MS }
      : { options: patient, patienceMs: undefined },
  );
  const keys = keysUnder(prefix);
  const calls = coordinateCalls(connections, keys);
  const listen = listenWith(() => connections.open('events', { ...patient, autoResubscribe: false }), outage);
  return {
    ...calls,
    receive: async (api, onMessage) => {
      const options = { ...patient, socketTimeout: REPLY_SILENCE_MS };
      const reads = connections.open('replies', options);
      const pushes = connections.open('pushes', { ...options, autoResubscribe: false });
      connections.keepAlive(async () => {
        await calls.beat(api);
      });
      const stream = { pushes, reads, outage, key: keys.reply(api) };
      void takeReplies(stream, guarded(onMessage, onError));
      await connections.onceReady();
      return {
        close: async () => {
          connections.close(pushes);
          connections.close(reads);
        },
      };
    },
    onCancel: async (listener) => listen(keys.cancelled, guarded(listener, onError)),
    onAnnounce: async (listener) => listen(keys.announced, guarded(listener, onError)),
    isReady: connections.isReady,
    onceReady: connections.onceReady,
    commands: connections.commands,
    outage,
    close: async () => {
      connections.closeAll();
    },
  };
}

/** The connections for replies are asked every second, so a dead one is noticed sooner than others. */
const REPLY_SILENCE_MS = 5000;

const admitReply = z.tuple([z.literal([1, 0, -1]), z.number(), z.number(), z.number()]);
const slotReply = z.tuple([z.enum(['go', 'wait', 'limited', 'unavailable']), z.number()]);
const enterReply = z.union([slotReply, z.tuple([z.enum(['expired', 'cancelled', 'orphan', 'claimed']), z.number()])]);

type Calls = Omit<Coordinator, 'receive' | 'onCancel' | 'onAnnounce' | 'close'>;
type Run = (script: Script, inputs: Inputs) => Promise<unknown>;

function coordinateCalls({ commands, showsLife }: Connections, keys: Keys): Calls {
  const run: Run = async (script, inputs) => commands.run(async (client) => runScript(client, script, inputs));
  return {
    ...countPresent({ run, keys, showsLife }),
    ...takeTurns(run, keys),
    unclaim: async (callId) => {
      await commands.run(async (client) => client.del(keys.claim(callId)));
    },
    reply: async (api, message, ended) => {
      const places = ended === undefined ? [] : placesOf(keys, ended);
      await run(reply, {
        keys: [keys.reply(api), keys.lastReply(api), ...places],
        args: [message, ended?.callId ?? ''],
      });
    },
    cancel: async (callId, unless) => {
      const own = [keys.cancel(callId), keys.claim(callId), keys.places(callId)];
      const inputs = { keys: own, args: [keys.cancelled, callId, unless ?? ''] };
      return { isClaimed: (await run(cancel, inputs)) === 1 };
    },
    announce: async (words) => {
      await commands.run(async (client) => client.publish(keys.announced, words));
    },
    leaveWorker: async (worker) => {
      await commands.run(async (client) => client.zrem(keys.workers, worker));
    },
  };
}

interface Present extends Pick<Connections, 'showsLife'> {
  readonly run: Run;
  readonly keys: Keys;
}

function countPresent({ run, keys, showsLife }: Present): Pick<Calls, 'admit' | 'leave' | 'beat' | 'beatWorker'> {
  return {
    admit: async ({ callId, kind, api, user, flow, step, foretold = 0, deadline, now, cap, capOfAll }) => {
      const touched = [
        keys.alive(api),
        keys.workers,
        ...placesOf(keys, { user }),
        keys.virtualTime(kind),
        keys.tag(kind, flow),
      ];
      const answer = await run(admit, { keys: touched, args: [now, deadline, callId, cap, capOfAll, step, foretold] });
      const [admitted, number, workers, virtualTime] = admitReply.parse(answer);
      if (admitted === 1) return { admitted: true, priority: number, virtualTime, workers };
      return { admitted: false, full: admitted === 0 ? 'user' : 'all', outstanding: number, workers };
    },
    leave: async (place) => {
      await run(leave, { keys: placesOf(keys, place), args: [place.callId] });
    },
    beat: async (api) => {
      const workers = z.number().parse(await run(beat, { keys: [keys.alive(api), keys.workers], args: [] }));
      showsLife();
      return { workers };
    },
    beatWorker: async (worker) => {
      await run(beatWorker, { keys: [keys.workers], args: [worker] });
      showsLife();
    },
  };
}

/** Where a call is counted. */
const placesOf = (keys: Keys, { user }: Pick<Place, 'user'>): string[] => [
  keys.outstanding(user),
  keys.outstandingOfAll,
];

const gateKeys = (keys: Keys, gates: Slot['gates']): string[] => gates.flatMap(({ key }) => keys.gate(key));
const gateArgs = (gates: Slot['gates']): number[] =>
  gates.flatMap(({ limit, asksFirst }) => [limit?.requests ?? 0, limit?.periodMs ?? 0, asksFirst === true ? 1 : 0]);

function takeTurns(run: Run, keys: Keys): Pick<Calls, 'enter' | 'reserve' | 'learn' | 'judge'> {
  return {
    enter: async (call) => {
      const { callId, kind, api, priority, host, gates, worker, claimMs, deadline, now } = call;
      const own = [
        keys.alive(api),
        keys.cancel(callId),
        keys.claim(callId),
        keys.virtualTime(kind),
        keys.breaker(host),
        keys.places(callId),
      ];
      // A fresh name for each entry: a job that is delivered twice to one worker is claimed once.
      const claimant = `${worker}:${randomUUID()}`;
      const answer = await run(enter, {
        keys: [...own, ...gateKeys(keys, gates)],
        args: [now, deadline, callId, priority, kind, claimant, claimMs, ...gateArgs(gates)],
      });
      return verdictOf(enterReply.parse(answer));
    },
    reserve: async ({ callId, host, gates, deadline, now, isSpare }) => {
      const answer = await run(reserve, {
        keys: [keys.breaker(host), keys.places(callId), ...gateKeys(keys, gates)],
        args: [now, deadline, callId, orderOf({ isSpare }), ...gateArgs(gates)],
      });
      return verdictOf(slotReply.parse(answer));
    },
    learn: async ({ gate, now, window, blockedUntil = '', isUnsaid = false }) => {
      const { requests = '', periodMs = '', used = '', resetAt = '' } = window ?? {};
      const [state] = keys.gate(gate);
      await run(learn, {
        keys: [state],
        args: [now, blockedUntil, isUnsaid ? 1 : 0, requests, periodMs, used, resetAt],
      });
    },
    judge: async ({ callId, host, ok, now }) => {
      await run(judge, { keys: [keys.breaker(host)], args: [now, ok ? 1 : 0, callId] });
    },
  };
}

function verdictOf([verdict, waitMs]: z.infer<typeof slotReply>): Reserved;
function verdictOf([verdict, waitMs]: z.infer<typeof enterReply>): Entered;
function verdictOf([verdict, ms]: z.infer<typeof enterReply>): Entered {
  if (verdict === 'go') return ms === 0 ? { verdict } : { verdict, goodForMs: ms };
  return verdict === 'wait' || verdict === 'limited' || verdict === 'unavailable'
    ? { verdict, waitMs: ms }
    : { verdict };
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
