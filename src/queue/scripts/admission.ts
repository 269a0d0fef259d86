import { rules } from './rules.ts';
import { script } from './script.ts';

/** By Redis' clock: those of the workers' machines may differ. */
const countWorkers = `
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function countWorkers(key)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', clock() - ${String(rules.workerAliveMs)})
  return redis.call('ZCARD', key)
end
`;

/**
 * KEYS alive, workers, outstanding of the user, of all, virtual time, tag. ARGV now, deadline, call, cap, cap of all, step, foretold or 0.
 * Gives {1, tag, workers, virtual time}, or {0 (the user) or -1 (all), outstanding, workers, 0}.
 */
export const admit = script(`
${countWorkers}
local now, deadline = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('SET', KEYS[1], '1', 'PX', ${String(rules.aliveMs)})
local workers = countWorkers(KEYS[2])
local outstanding
for i = 3, 4 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
  outstanding = redis.call('ZCARD', KEYS[i])
  if outstanding >= tonumber(ARGV[i + 1]) then return {3 - i, outstanding, workers, 0} end
end
local keep = math.max(1, math.ceil(deadline - now))
for i = 3, 4 do
  redis.call('ZADD', KEYS[i], deadline, ARGV[3])
  if redis.call('PTTL', KEYS[i]) < keep then redis.call('PEXPIRE', KEYS[i], keep) end
end
local virtual = tonumber(redis.call('GET', KEYS[5]) or '0')
local last = tonumber(redis.call('GET', KEYS[6]) or '0')
local function startAgain()
  virtual = 0
  redis.call('SET', KEYS[5], 0, 'PX', ${String(rules.virtualTimeMs)})
end
if virtual > ${String(rules.idleTag)} and outstanding == 0 then startAgain() end
if last > virtual + ${String(rules.tagWindow)} then last = 0 end
local foretold = tonumber(ARGV[7])
local tag = math.max(virtual, last) + tonumber(ARGV[6])
if foretold > 0 then tag = math.max(last, foretold) end
if tag > ${String(rules.maxTag)} then
  startAgain()
  tag = 1
end
redis.call('SET', KEYS[6], tag, 'PX', ${String(rules.tagMs)})
return {1, tag, workers, virtual}
`);

/** KEYS outstanding of the user, of all. ARGV call. */
export const leave = script(`
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('ZREM', KEYS[2], ARGV[1])
`);

/** KEYS alive, workers. Gives the number of workers. */
export const beat = script(`
${countWorkers}
redis.call('SET', KEYS[1], '1', 'PX', ${String(rules.aliveMs)})
return countWorkers(KEYS[2])
`);

/** KEYS workers. ARGV worker. */
export const beatWorker = script(`
${countWorkers}
redis.call('ZADD', KEYS[1], clock(), ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ${String(rules.aliveMs)})
`);
