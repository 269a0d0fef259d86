import * as z from 'zod';
import type { RedisLink } from './redis.ts';
import type { Replays } from './replays.ts';
import { runScript, script } from './scripts/script.ts';
import type { Inputs, Script } from './scripts/script.ts';

interface RedisReplaysOptions {
  readonly link: Pick<RedisLink, 'run'>;
  /** A hash tag that all keys share, so that they live in one slot of a cluster. */
  readonly prefix: string;
}

const held = z.tuple([z.string(), z.string(), z.string(), z.string()]);

/** Idempotency keys in Redis, for all replicas and workers. */
export function createRedisReplays({ link, prefix }: RedisReplaysOptions): Replays {
  const run = async (which: Script, key: string, args: Inputs['args']): Promise<unknown> =>
    link.run(async (client) => runScript(client, which, { keys: [`${prefix}:replay:${key}`], args }));
  return {
    begin: async ({ key, callId, fingerprint, grants, lifeMs }) => {
      const answer = await run(begin, key, [callId, fingerprint, grants, Math.ceil(lifeMs)]);
      if (answer === 1) return { isFirst: true };
      const [first, its, theirs, kept] = held.parse(answer);
      // The scripts speak text.
      const sealed = kept === '' ? undefined : Buffer.from(kept, 'base64');
      return { isFirst: false, callId: first, fingerprint: its, grants: theirs, answer: sealed };
    },
    hold: async ({ key, callId, phase, lifeMs }) => (await run(hold, key, [callId, phase, Math.ceil(lifeMs)])) === 1,
    keep: async ({ key, callId, answer }) => {
      await run(keep, key, [callId, answer.toString('base64')]);
    },
    release: async ({ key, callId, phase }) => {
      await run(release, key, [callId, phase ?? '']);
    },
  };
}

/** KEYS replay. ARGV call, fingerprint, grants, life. Gives 1, or {call, fingerprint, grants, answer} of the first one. */
const begin = script(`
local held = redis.call('HMGET', KEYS[1], 'call', 'fingerprint', 'grants', 'answer')
if held[1] then return {held[1], held[2], held[3] or '', held[4] or ''} end
redis.call('HSET', KEYS[1], 'call', ARGV[1], 'fingerprint', ARGV[2], 'grants', ARGV[3], 'phase', 'waiting')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`);

/** KEYS replay. ARGV call, phase, life. Gives 1 where the key is the call's. */
const hold = script(`
if redis.call('HGET', KEYS[1], 'call') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'phase', ARGV[2])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
`);

/** KEYS replay. ARGV call, answer. */
const keep = script(`
if redis.call('HGET', KEYS[1], 'call') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'answer', ARGV[2])
return 1
`);

/** KEYS replay. ARGV call, phase or nothing. */
const release = script(`
local held = redis.call('HMGET', KEYS[1], 'call', 'phase', 'answer')
if held[1] ~= ARGV[1] or (ARGV[2] ~= '' and held[2] ~= ARGV[2]) or held[3] then return 0 end
return redis.call('DEL', KEYS[1])
`);
