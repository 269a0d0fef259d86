import { rules } from './rules.ts';
import { script } from './script.ts';

/** A larger message is read from its stream: Redis cuts a listener off for whom too much waits to be sent. */
const PUSHED_BYTES = 65_536;

/**
 * KEYS the replica's stream (and channel), the id of its last entry, and where the call has ended: outstanding of the user, of all.
 * ARGV message, call. What is pushed is the id of the entry before, its own, and the message, with a space between each. Where
 * Redis refuses the push, the message is still in the stream.
 */
export const reply = script(`
local id = redis.call('XADD', KEYS[1], '*', 'm', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ${String(rules.replyMs)})
local before = redis.call('SET', KEYS[2], id, 'PX', ${String(rules.replyMs)}, 'GET')
for i = 3, #KEYS do redis.call('ZREM', KEYS[i], ARGV[2]) end
local pushed = (before or '') .. ' ' .. id
if #ARGV[1] <= ${String(PUSHED_BYTES)} then pushed = pushed .. ' ' .. ARGV[1] end
redis.pcall('PUBLISH', KEYS[1], pushed)
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
