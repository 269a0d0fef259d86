import { rules } from './rules.ts';
import { script } from './script.ts';

/** KEYS the replica's stream. ARGV message. */
export const reply = script(`
redis.call('XADD', KEYS[1], '*', 'm', ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ${String(rules.replyMs)})
`);

/** KEYS cancelled, claim, places. ARGV channel, call. Gives whether a write was claimed before. */
export const cancel = script(`
redis.call('SET', KEYS[1], '1', 'PX', ${String(rules.cancelMs)})
redis.call('PUBLISH', ARGV[1], ARGV[2])
for _, place in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('ZREM', place, ARGV[2]) end
return redis.call('EXISTS', KEYS[2])
`);
