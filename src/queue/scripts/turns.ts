import { passGates } from './gates.ts';
import { rules } from './rules.ts';
import { script } from './script.ts';

/** Gives how long GitLab is still not asked; where it was long enough, this request tries. */
const passBreaker = `
local function passBreaker(key, now, call)
  local s = redis.call('HMGET', key, 'open', 'trying', 'trier')
  local open, trying = tonumber(s[1] or '0'), tonumber(s[2] or '0')
  if open == 0 then return 0, false end
  -- the call that tries may send all of its requests
  if s[3] == call and trying > now then return 0, false end
  return math.max(0, math.ceil(math.max(open, trying) - now)), true
end
local function try(key, now, call)
  redis.call('HSET', key, 'trying', now + ${String(rules.breakerOpenMs)}, 'trier', call)
end
`;

/**
 * KEYS alive, cancelled, claim, virtual time, breaker, places, and three for each gate.
 * ARGV now, deadline, call, tag, kind, claimant, claimMs, and three for each gate.
 */
export const enter = script(`
${passBreaker}
${passGates}
local now, deadline, call, tag = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local function leaveAll()
  -- also gates of a later request, at which it waited before
  for _, place in ipairs(redis.call('SMEMBERS', KEYS[6])) do redis.call('ZREM', place, call) end
end
local away
if redis.call('EXISTS', KEYS[2]) == 1 then away = 'cancelled'
elseif redis.call('EXISTS', KEYS[1]) == 0 then away = 'orphan'
elseif now >= deadline then away = 'expired' end
if away then leaveAll() return {away, 0} end
local closedFor, isTried = passBreaker(KEYS[5], now, call)
if closedFor > 0 then leaveAll() return {'unavailable', closedFor} end
local virtual = tonumber(redis.call('GET', KEYS[4]) or '0')
-- reads and writes have a virtual time each: only what is left to it can be compared
local verdict, ms = passGates(7, 8, now, deadline, tag - virtual, call, KEYS[6])
if verdict ~= 'go' then return {verdict, ms} end
if isTried then try(KEYS[5], now, call) end
if ARGV[5] == 'write' and not redis.call('SET', KEYS[3], ARGV[6], 'NX', 'PX', ARGV[7]) then
  -- the same claimant: this very command, sent again after its reply was lost
  if redis.call('GET', KEYS[3]) ~= ARGV[6] then return {'claimed', 0} end
end
if tag > virtual and tag <= virtual + ${String(rules.tagWindow)} then virtual = tag end
redis.call('SET', KEYS[4], virtual, 'PX', ${String(rules.virtualTimeMs)})
return {'go', ms}
`);

/** KEYS breaker, places, and three for each gate. ARGV now, deadline, call, order, and three for each gate. */
export const reserve = script(`
${passBreaker}
${passGates}
local now = tonumber(ARGV[1])
local closedFor, isTried = passBreaker(KEYS[1], now, ARGV[3])
if closedFor > 0 then return {'unavailable', closedFor} end
local verdict, ms = passGates(3, 5, now, tonumber(ARGV[2]), tonumber(ARGV[4]), ARGV[3], KEYS[2])
if verdict == 'go' and isTried then try(KEYS[1], now, ARGV[3]) end
return {verdict, ms}
`);

/** KEYS breaker. ARGV now, whether GitLab works, call. */
export const judge = script(`
local now = tonumber(ARGV[1])
if ARGV[2] == '1' then return redis.call('DEL', KEYS[1]) end
local since = tonumber(redis.call('HGET', KEYS[1], 'since') or ARGV[1])
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('HSET', KEYS[1], 'since', since)
local calls = tonumber(redis.call('HGET', KEYS[1], 'calls') or '0')
if calls < ${String(rules.breakerCalls)} and redis.call('HSETNX', KEYS[1], 'call:' .. ARGV[3], 1) == 1 then
  calls = redis.call('HINCRBY', KEYS[1], 'calls', 1)
end
if calls >= ${String(rules.breakerCalls)} and failures >= ${String(rules.breakerFailures)} and now - since >= ${String(rules.breakerAfterMs)} then
  redis.call('HSET', KEYS[1], 'open', now + ${String(rules.breakerOpenMs)}, 'trying', 0)
end
return redis.call('PEXPIRE', KEYS[1], ${String(rules.breakerMs)})
`);
