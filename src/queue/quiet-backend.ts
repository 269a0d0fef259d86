import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RedisLink } from './redis.ts';

/**
 * BullMQ's Redis backend on the link's own connection, without what BullMQ 6.7 does in vain: it leaves a marker with every job
 * that it hands out, which wakes another worker, and looks again before it begins the job. Here the last waiting job leaves
 * no marker, and says so: the next look is answered without Redis. The link must wait for Redis where it is gone.
 */
export function quietBackendOn(link: Pick<RedisLink, 'client' | 'run'>): typeof createRedisBackend {
  tellLast(link.client);
  return (name, options, kinds) => {
    const backend = createRedisBackend(name, options, kinds);
    const look = backend.moveToActive.bind(backend);
    const finish = backend.moveToFinished.bind(backend);
    const wait = backend.waitForJob.bind(backend);
    let isEmpty = false;
    const remembering = async (take: () => Promise<unknown[]>): Promise<unknown[]> => {
      const taken = await link.run(take).catch(slowly);
      isEmpty = taken[3] === LAST;
      return taken;
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

const PAUSE_AFTER_ERROR_MS = 100;

/** BullMQ looks again at once after an error, and would do nothing else. */
async function slowly(error: unknown): Promise<never> {
  await sleep(PAUSE_AFTER_ERROR_MS, undefined, { ref: false });
  throw error;
}

/** The scripts that hand out jobs. */
const TAKING = /^(?:moveToActive|moveToFinished):/u;

/** With the last waiting job, in place of the time of the next delayed one; BullMQ takes it for none. */
const LAST = -1;

/** In both scripts: KEYS 1 waiting, 3 prioritised, 7 delayed, the last one the marker. */
const last = (lua: string): string => `
local function take()
${lua}
end
local taken = take()
local isJob = type(taken) == 'table' and type(taken[1]) == 'table'
if isJob and redis.call('LLEN', KEYS[1]) == 0 and redis.call('ZCARD', KEYS[3]) == 0 then
  redis.call('ZREM', KEYS[#KEYS], '0')
  -- whoever waits next sees to the delayed job
  local delayed = redis.call('ZRANGE', KEYS[7], 0, 0, 'WITHSCORES')[2]
  if delayed then redis.call('ZADD', KEYS[#KEYS], math.floor(delayed / 0x1000), '1') end
  taken[4] = ${String(LAST)}
end
return taken
`;

/** BullMQ defines its scripts on the connection that it is given. */
function tellLast(client: Redis): void {
  const define = client.defineCommand.bind(client);
  client.defineCommand = (name, definition) => {
    define(name, TAKING.test(name) ? { ...definition, lua: last(definition.lua) } : definition);
  };
}
