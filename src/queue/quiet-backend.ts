import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RedisLink } from './redis.ts';
import { readHanded } from './scripts/hand-over.ts';
import type { Handed } from './scripts/hand-over.ts';

interface QuietBackendOptions {
  readonly link: Pick<RedisLink, 'client' | 'run'>;
  /** Lua that defines `handOver(job, callId, now)`: what it gives goes to `onHanded` before the job is begun. */
  readonly handOver?: string;
  readonly onHanded?: (callId: string, handed: Handed) => void;
}

/**
 * BullMQ's Redis backend on the link's own connection, without what BullMQ 6.7 does in vain: it leaves a marker with every job
 * that it hands out, which wakes another worker, and looks again before it begins the job. Here the last waiting job leaves
 * no marker, and says so: the next look is answered without Redis. With the job comes what its worker would ask next.
 * The link must wait for Redis where it is gone.
 */
export function quietBackendOn({ link, handOver = NOTHING, onHanded }: QuietBackendOptions): typeof createRedisBackend {
  follow(link.client, handOver);
  return (name, options, kinds) => {
    const backend = createRedisBackend(name, options, kinds);
    const look = backend.moveToActive.bind(backend);
    const finish = backend.moveToFinished.bind(backend);
    const wait = backend.waitForJob.bind(backend);
    let isEmpty = false;
    const remembering = async (take: () => Promise<unknown[]>): Promise<unknown[]> => {
      isEmpty = false;
      const taken = await link.run(take).catch(slowly);
      const [job, callId, limitedUntil, told] = taken;
      if (!isList(told)) return taken;
      const [isLast, handed] = told;
      isEmpty = isLast === 1;
      if (handed !== undefined) onHanded?.(String(callId), readHanded(handed));
      return [job, callId, limitedUntil, 0];
    };
    backend.moveToFinished = async (...ended) => remembering(async () => finish(...ended));
    backend.moveToActive = async (...asked) => {
      if (!isEmpty) return remembering(async () => look(...asked));
      isEmpty = false;
      return [null, null, 0, 0];
    };
    backend.waitForJob = async (seconds) => {
      const marker = await wait(seconds);
      // A marker is gone once it was seen: the look that follows is a real one.
      isEmpty = false;
      return marker;
    };
    return backend;
  };
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const PAUSE_AFTER_ERROR_MS = 100;

/** BullMQ looks again at once after an error, and would do nothing else. */
async function slowly(error: unknown): Promise<never> {
  await sleep(PAUSE_AFTER_ERROR_MS, undefined, { ref: false });
  throw error;
}

/** The scripts that hand out jobs. */
const TAKING = /^(?:moveToActive|moveToFinished):/u;

const NOTHING = 'local function handOver() end';

/**
 * In both scripts: KEYS 1 waiting, 3 prioritised, 7 delayed, the last one the marker; ARGV 2 the time. With a job comes in place
 * of the time of the next delayed one: 1 where it is the last that waits, and what is handed over.
 */
const followed = (lua: string, handOver: string): string => `
local function take()
${lua}
end
${handOver}
local taken = take()
if type(taken) ~= 'table' or type(taken[1]) ~= 'table' then return taken end
local isLast = redis.call('LLEN', KEYS[1]) == 0 and redis.call('ZCARD', KEYS[3]) == 0
if isLast then
  redis.call('ZREM', KEYS[#KEYS], '0')
  -- whoever waits next sees to the delayed job
  local delayed = redis.call('ZRANGE', KEYS[7], 0, 0, 'WITHSCORES')[2]
  if delayed then redis.call('ZADD', KEYS[#KEYS], math.floor(delayed / 0x1000), '1') end
end
-- what cannot be read costs nobody the job: its worker asks by itself
local isRead, handed = pcall(handOver, taken[1], taken[2], tonumber(ARGV[2]))
taken[4] = { isLast and 1 or 0, isRead and handed or nil }
return taken
`;

/** BullMQ defines its scripts on the connection that it is given. */
function follow(client: Redis, handOver: string): void {
  const define = client.defineCommand.bind(client);
  client.defineCommand = (name, definition) => {
    define(name, TAKING.test(name) ? { ...definition, lua: followed(definition.lua, handOver) } : definition);
  };
}
