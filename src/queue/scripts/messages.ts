import { rules } from './rules.ts';
import { script } from './script.ts';

/** KEYS the replica's stream, and where the call has ended: outstanding of the user, of all. ARGV message, call. */
export const reply = script(`
redis.call('XADD', KEYS[1], '*', 'm', ARGV[1])
for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[2]) end
return redis.call('PEXPIRE', KEYS[1], ${String(rules.replyMs)})
`);

/** KEYS cancelled, claim, places. ARGV channel, call, and 'claimed' where a claim is to be left alone. Gives whether there is one. */
export const cancel = script(`
local isClaimed = redis.call('EXISTS', KEYS[2])
if isClaimed == 1 and ARGV[3] == 'claimed' then return isClaimed end
redis.call('SET', KEYS[1], '1', 'PX', ${String(rules.cancelMs)})
redis.call('PUBLISH', ARGV[1], ARGV[2])
for _, place in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('ZREM', place, ARGV[2]) end
return isClaimed
`);
