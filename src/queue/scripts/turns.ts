import { passGates } from './gates.ts';
import { rules } from './rules.ts';
import { script } from './script.ts';

/** Gives how long GitLab is still not asked; where it was long enough, this request tries. */
const passBreaker = `
local function passBreaker(key, now)
  local s = redis.call('HMGET', key, 'open', 'trying')
  local open, trying = tonumber(s[1] or '0'), tonumber(s[2] or '0')
  if open == 0 then return 0, false end
  return math.max(0, math.ceil(math.max(open, trying) - now)), true
end
`;

/**
 * KEYS alive, cancelled, claim, virtual time, breaker, and three for each gate.
 * ARGV now, deadline, call, tag, kind, claimant, claimMs, and three for each gate.
 */
export const enter = script(`
${passBreaker}
${passGates}
local now, deadline, call, tag = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local function leaveAll()
  for i = 6, #KEYS, 3 do leaveGate(KEYS[i + 1], KEYS[i + 2], call) end
end
local away
if redis.call('EXISTS', KEYS[2]) == 1 then away = 'cancelled'
elseif redis.call('EXISTS', KEYS[1]) == 0 then away = 'orphan'
elseif now >= deadline then away = 'expired' end
if away then leaveAll() return {away, 0} end
local closedFor, isTried = passBreaker(KEYS[5], now)
if closedFor > 0 then leaveAll() return {'unavailable', closedFor} end
local verdict, wait = passGates(6, 8, now, deadline, tag, call)
if verdict ~= 'go' then return {verdict, wait} end
if isTried then redis.call('HSET', KEYS[5], 'trying', now + ${String(rules.breakerOpenMs)}) end
if ARGV[5] == 'write' and not redis.call('SET', KEYS[3], ARGV[6], 'NX', 'PX', ARGV[7]) then
  -- the same claimant: this very command, sent again after its reply was lost
  if redis.call('GET', KEYS[3]) ~= ARGV[6] then return {'claimed', 0} end
end
local virtual = tonumber(redis.call('GET', KEYS[4]) or '0')
if tag > virtual and tag <= virtual + ${String(rules.tagWindow)} then virtual = tag end
redis.call('SET', KEYS[4], virtual, 'PX', ${String(rules.virtualTimeMs)})
return {'go', 0}
`);

/** KEYS breaker, and three for each gate. ARGV now, deadline, call, tag, and three for each gate. */
export const reserve = script(`
${passBreaker}
${passGates}
local now = tonumber(ARGV[1])
local closedFor, isTried = passBreaker(KEYS[1], now)
if closedFor > 0 then return {'unavailable', closedFor} end
local verdict, wait = passGates(2, 5, now, tonumber(ARGV[2]), tonumber(ARGV[4]), ARGV[3])
if verdict == 'go' and isTried then redis.call('HSET', KEYS[1], 'trying', now + ${String(rules.breakerOpenMs)}) end
return {verdict, wait}
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
