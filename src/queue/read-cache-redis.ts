import { cacheRules } from './read-cache.ts';
import type { ReadCache } from './read-cache.ts';
import type { RedisLink } from './redis.ts';
import { runScript, script } from './scripts/script.ts';
import type { Inputs, Script } from './scripts/script.ts';

interface RedisReadCacheOptions {
  /** One that fails after CACHE_PATIENCE_MS when Redis is silent. */
  readonly link: Pick<RedisLink, 'run'>;
  /** A hash tag that all keys share, so that they live in one slot of a cluster. */
  readonly prefix: string;
  /** Of all answers together. */
  readonly maxBytes: number;
  readonly now: () => number;
}

/** Keeps answers in Redis, for all workers. */
export function createRedisReadCache({ link, prefix, maxBytes, now }: RedisReadCacheOptions): ReadCache {
  const answers = `${prefix}:cache:answers`;
  const keys = [answers, `${prefix}:cache:used`, `${prefix}:cache:names`];
  const run = async (which: Script, args: Inputs['args']): Promise<unknown> =>
    link.run(async (client) => runScript(client, which, { keys, args }));
  return {
    get: async (name) => {
      // Sent together, and answered in this order.
      const [isThere, answer] = await Promise.all([
        run(use, [now(), name]),
        link.run(async (client) => client.hgetBuffer(answers, name)),
      ]);
      return isThere === 1 && answer !== null ? answer : undefined;
    },
    keep: async (name, answer) => {
      if (answer.length > largestBytes) await run(drop, [name]);
      else await run(keep, [now(), name, answer, maxBytes]);
    },
    drop: async (prefixes) => {
      await run(drop, prefixes);
    },
  };
}

/** What Redis has not said by then is asked of GitLab. */
export const CACHE_PATIENCE_MS = 100;

const { unusedMs, largestBytes, overheadBytes, mostRemoved } = cacheRules;

/**
 * The answers by name, and their bytes (with the overhead) under `bytes`; when each was used; their names in alphabetical order.
 * No entry expires by itself, so the count of bytes stays true; all three keys expire together when nothing is used any more.
 */
const parts = `
local answers, used, names = KEYS[1], KEYS[2], KEYS[3]
local function remove(name)
  local size = redis.call('HSTRLEN', answers, name)
  if redis.call('HDEL', answers, name) == 0 then return end
  redis.call('ZREM', used, name)
  redis.call('ZREM', names, name)
  redis.call('HINCRBY', answers, 'bytes', -(size + ${String(overheadBytes)}))
end
local function live()
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ${String(unusedMs)}) end
end
`;

/** ARGV now, name. Gives 1 where the answer is there. */
const use = script(`
${parts}
local at = redis.call('ZSCORE', used, ARGV[2])
if not at or tonumber(at) <= tonumber(ARGV[1]) - ${String(unusedMs)} then return 0 end
redis.call('ZADD', used, ARGV[1], ARGV[2])
live()
return 1
`);

/** ARGV now, name, answer, bytes at most. Gives 1 where it was kept. */
const keep = script(`
${parts}
local now, name, most = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[4])
local cost = #ARGV[3] + ${String(overheadBytes)}
local count = redis.call('ZCARD', used)
local counted = redis.call('HLEN', answers)
-- one of the keys was lost (evicted, deleted by hand): none of them can be trusted
if redis.call('ZCARD', names) ~= count or (counted ~= count + 1 and counted + count > 0) then
  redis.call('UNLINK', answers, used, names)
end
remove(name)
if cost > most then return 0 end
local removed = 0
local function isTooMuch() return tonumber(redis.call('HGET', answers, 'bytes') or '0') + cost > most end
while removed < ${String(mostRemoved)} do
  local oldest = redis.call('ZRANGE', used, 0, 0, 'WITHSCORES')
  if not oldest[1] or (tonumber(oldest[2]) > now - ${String(unusedMs)} and not isTooMuch()) then break end
  remove(oldest[1])
  removed = removed + 1
end
if isTooMuch() then return 0 end
redis.call('HSET', answers, name, ARGV[3])
redis.call('HINCRBY', answers, 'bytes', cost)
redis.call('ZADD', used, now, name)
redis.call('ZADD', names, 0, name)
live()
return 1
`);

/** ARGV beginnings of names. */
const drop = script(`
${parts}
local left = ${String(mostRemoved)}
for _, prefix in ipairs(ARGV) do
  local found = redis.call('ZRANGEBYLEX', names, '[' .. prefix, '(' .. prefix .. '\\255', 'LIMIT', 0, left)
  for _, name in ipairs(found) do remove(name) end
  left = left - #found
  if left == 0 then break end
end
return 1
`);
