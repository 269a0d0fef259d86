import { rules } from './rules.ts';
import { script } from './script.ts';

/** The gate's arithmetic in Lua; the same in TypeScript, with the reasons: ../gate.ts. */
const arithmetic = `
local function unlessTooFar(at, now, most)
  if at > now + 2 * most then return 0 end
  return at
end
-- a clock that was set back
local function dropPeriodToCome(g, now, period)
  if g.start > now + period then g.start, g.used = 0, 0 end
end
local function readGate(key, now, requests, period)
  local s = redis.call('HMGET', key, 'blocked', 'requests', 'period', 'offset', 'start', 'used', 'spacing', 'unsaid', 'tat', 'known', 'asking', 'givenRequests')
  local g = { blocked = tonumber(s[1] or '0'), requests = tonumber(s[2] or '0'), period = tonumber(s[3] or '0'),
    offset = tonumber(s[4] or '0'), start = tonumber(s[5] or '0'), used = tonumber(s[6] or '0'),
    spacing = tonumber(s[7] or '0'), unsaid = tonumber(s[8] or '0'), tat = tonumber(s[9] or '0'),
    known = tonumber(s[10] or '0'), asking = tonumber(s[11] or '0'), wasGiven = s[12] and requests == 0 }
  if requests > 0 and (g.requests == 0 or requests * g.period < g.requests * period) then
    g.requests, g.period, g.offset, g.given = requests, period, 0, true
  end
  g.spacing = g.spacing * 0.5 ^ (math.max(0, now - g.unsaid) / ${String(rules.unsaidHalfLifeMs)})
  if g.requests > 0 or g.spacing < ${String(rules.blockSpacingMs)} then g.spacing = 0 end
  g.tat = unlessTooFar(g.tat, now, ${String(rules.unsaidMostMs)})
  g.asking = unlessTooFar(g.asking, now, ${String(rules.askFirstMs)})
  return g
end
local function startOf(g, at) return math.floor((at - g.offset) / g.period) * g.period + g.offset end
local function allowed(requests)
  if requests < 2 then return 1 end
  return math.max(1, math.min(requests - 1, math.floor(requests * ${String(rules.share)})))
end
local function openOf(g) return math.min(${String(rules.openMs)}, g.period * ${String(rules.openShare)}) end
local function closeOf(g) return math.min(${String(rules.closeMs)}, g.period * ${String(rules.closeShare)}) end
local function goodFor(g, now) return math.max(1, math.floor(startOf(g, now) + g.period - ${String(rules.wayShare)} * closeOf(g) - now)) end
local function waitFor(g, now, rank)
  local from = math.max(now, g.blocked)
  if g.requests == 0 then
    local spacing = g.spacing
    if spacing > 0 then from = math.max(from, g.tat) elseif g.blocked > now then spacing = ${String(rules.blockSpacingMs)} end
    return from - now + rank * spacing
  end
  local open, close = openOf(g), closeOf(g)
  local start = startOf(g, from)
  if from > start + g.period - close then start = start + g.period end
  from = math.max(from, start + open)
  local used = 0
  if g.start >= start then used = g.used end
  local each = (g.period - open - close) / allowed(g.requests)
  local free = math.max(0, allowed(g.requests) - used)
  if rank < free then
    if from > now then return from - now + rank * each end
    return 0
  end
  local later = rank - free
  return start + (1 + math.floor(later / allowed(g.requests))) * g.period + open + (later % allowed(g.requests)) * each - now
end
local function charge(key, g, now)
  if g.wasGiven then redis.call('HDEL', key, 'givenRequests', 'givenPeriod') end
  if g.requests > 0 then
    local start = startOf(g, now)
    -- a worker whose clock is behind counts into the period that another one has begun
    if start > g.start then g.start, g.used = start, 0 end
    redis.call('HSET', key, 'start', g.start, 'used', g.used + 1)
    if g.given then redis.call('HSET', key, 'givenRequests', g.requests, 'givenPeriod', g.period) end
  elseif g.spacing > 0 then
    redis.call('HSET', key, 'tat', math.max(now, g.tat) + g.spacing)
  else
    return
  end
  local keep = math.ceil(math.max(2 * g.period, g.tat - now + g.spacing)) + 1000
  if redis.call('PTTL', key) < keep then redis.call('PEXPIRE', key, keep) end
end
`;

/**
 * A call before its gates: KEYS[first] … are a state, a waiting and a due list for each, ARGV[from] … the requests, the
 * period and whether one asks first. Gives 'go' and the milliseconds for which it is good (0: for ever), or 'wait' or 'limited' and
 * the milliseconds to wait.
 */
export const passGates = `
${arithmetic}
local function leaveGate(waiting, due, call)
  redis.call('ZREM', waiting, call)
  redis.call('ZREM', due, call)
end
-- again soon at first, then less often
local function askAgain(asking, now)
  local since = now - (asking - ${String(rules.askFirstMs)})
  return math.ceil(math.min(asking - now, math.max(${String(rules.askAgainMs)}, since)))
end
local function rankIn(waiting, due, now, order, call)
  if redis.call('ZCARD', waiting) == 0 then return 0, false end
  local gone = redis.call('ZRANGEBYSCORE', due, '-inf', now - ${String(rules.absentMs)}, 'LIMIT', 0, 100)
  for _, each in ipairs(gone) do
    if each ~= call then leaveGate(waiting, due, each) end
  end
  redis.call('ZADD', waiting, order, call)
  return redis.call('ZRANK', waiting, call), true
end
local function passGates(first, from, now, deadline, order, call, places)
  local wait, pause, gates = 0, 0, {}
  for i = first, #KEYS, 3 do
    local at = from + (i - first)
    local g = readGate(KEYS[i], now, tonumber(ARGV[at]), tonumber(ARGV[at + 1]))
    if g.requests > 0 then dropPeriodToCome(g, now, g.period) end
    local rank, isListed = rankIn(KEYS[i + 1], KEYS[i + 2], now, order, call)
    g.wait, g.isListed, g.key, g.waiting, g.due = waitFor(g, now, rank), isListed, KEYS[i], KEYS[i + 1], KEYS[i + 2]
    -- one request goes ahead, once: who has waited for its answer in vain goes too
    g.asks = ARGV[at + 2] == '1' and g.requests == 0 and g.known < now and g.asking == 0
    if ARGV[at + 2] == '1' and g.asking > now then pause = math.max(pause, askAgain(g.asking, now)) end
    wait = math.max(wait, g.wait)
    gates[#gates + 1] = g
  end
  wait = math.ceil(wait)
  local verdict = 'go'
  if wait > 0 then verdict = 'wait' elseif now + pause < deadline and pause > 0 then verdict, wait = 'wait', pause end
  if now + wait > deadline then verdict = 'limited' end
  local good = 0
  for _, g in ipairs(gates) do
    if verdict == 'wait' and g.wait > 0 then
      redis.call('ZADD', g.waiting, order, call)
      redis.call('SADD', places, g.waiting, g.due)
      redis.call('PEXPIRE', places, wait + 60000)
      redis.call('ZADD', g.due, now + wait, call)
      redis.call('PEXPIRE', g.waiting, wait + 60000)
      redis.call('PEXPIRE', g.due, wait + 60000)
    elseif g.isListed then
      leaveGate(g.waiting, g.due, call)
    end
    if verdict == 'go' then
      if g.requests > 0 and (good == 0 or goodFor(g, now) < good) then good = goodFor(g, now) end
      charge(g.key, g, now)
      if g.asks then
        redis.call('HSET', g.key, 'asking', now + ${String(rules.askFirstMs)})
        if redis.call('PTTL', g.key) < 0 then redis.call('PEXPIRE', g.key, ${String(rules.gateMs)}) end
      end
    end
  end
  if verdict == 'go' then return verdict, good end
  return verdict, wait
end
`;

/** KEYS gate. ARGV now, blocked until, whether unsaid, and of the window requests, period, used, end; an empty one was not learned. */
export const learn = script(`
${arithmetic}
local now, blocked, requests = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local g = readGate(KEYS[1], now, 0, 0)
local till = now
if blocked then
  till = math.max(g.blocked, blocked)
  redis.call('HSET', KEYS[1], 'blocked', till)
end
local given = redis.call('HMGET', KEYS[1], 'givenRequests', 'givenPeriod')
local period, used, ends = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
-- where a stricter limit is given, its own periods are counted
if requests and not (given[1] and given[1] * period < requests * given[2]) then
  local start = ends - period
  dropPeriodToCome(g, now, period)
  if g.start > start then used, start = g.used, g.start elseif g.start == start then used = math.max(used, g.used) end
  redis.call('HSET', KEYS[1], 'requests', requests, 'period', period, 'offset', ends % period, 'start', start, 'used', used, 'spacing', 0)
  till = math.max(till, ends)
end
if ARGV[3] == '1' then
  local spacing = math.min(${String(rules.unsaidMostMs)}, math.max(${String(rules.unsaidFirstMs)}, 2 * g.spacing))
  redis.call('HSET', KEYS[1], 'spacing', spacing, 'unsaid', now, 'tat', math.max(now, g.tat))
end
redis.call('HSET', KEYS[1], 'known', now + ${String(rules.gateMs)}, 'asking', 0)
local keep = ${String(rules.gateMs)} + math.ceil(till - now)
if redis.call('PTTL', KEYS[1]) < keep then redis.call('PEXPIRE', KEYS[1], keep) end
return 1
`);
