import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Kind, Slot } from './coordinator.ts';

/** The numbers that both coordinators work with. */
export const rules = {
  /** A replica that gave no sign of life for so long is gone, and nobody waits for its calls. */
  aliveMs: 15_000,
  cancelMs: 120_000,
  replyMs: 60_000,
  /** What was learned of a gate is believed for so long. */
  gateMs: 600_000,
  tagMs: 300_000,
  /** Longer than a tag lives: virtual time starts again only when no tag remembers the old one. */
  virtualTimeMs: 600_000,
  /** How far apart calls start after a block where no limit is known, so that they do not all come at once. */
  blockSpacingMs: 50,
  /** Tags start again at 1 here; BullMQ takes priorities up to 2,097,152. */
  maxTag: 2_000_000,
  /** No user has so many calls waiting: a tag further ahead of virtual time is from before the last fresh start. */
  tagWindow: 1_000_000,
} as const;

/** Every key of the coordinator, and its two channels. */
export interface Keys {
  readonly alive: (api: string) => string;
  readonly outstanding: (user: string) => string;
  readonly virtualTime: (kind: Kind) => string;
  readonly tag: (kind: Kind, user: string) => string;
  readonly cancel: (callId: string) => string;
  readonly claim: (callId: string) => string;
  readonly gates: (slot: Slot) => string[];
  readonly reply: (api: string) => string;
  readonly cancelled: string;
  readonly announced: string;
}

/** The keys that begin with `prefix`: a hash tag, so that they live in one slot of a cluster. */
export function keysUnder(prefix: string): Keys {
  return {
    alive: (api) => `${prefix}:alive:${api}`,
    outstanding: (user) => `${prefix}:out:${user}`,
    virtualTime: (kind) => `${prefix}:vt:${kind}`,
    tag: (kind, user) => `${prefix}:tag:${kind}:${user}`,
    cancel: (callId) => `${prefix}:cancel:${callId}`,
    claim: (callId) => `${prefix}:claim:${callId}`,
    gates: ({ gates }) => gates.map((gate) => `${prefix}:gate:${gate}`),
    reply: (api) => `${prefix}:reply:${api}`,
    cancelled: `${prefix}:cancelled`,
    announced: `${prefix}:announced`,
  };
}

export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export interface Inputs {
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
}

/** KEYS alive, outstanding, virtual time, tag. ARGV now, deadline, call, cap. Gives {1, tag} or {0, outstanding}. */
export const admit = script(`
local now, deadline = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('SET', KEYS[1], '1', 'PX', ${rules.aliveMs})
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local outstanding = redis.call('ZCARD', KEYS[2])
if outstanding >= tonumber(ARGV[4]) then return {0, outstanding} end
redis.call('ZADD', KEYS[2], deadline, ARGV[3])
local keep = math.max(1, math.ceil(deadline - now))
if redis.call('PTTL', KEYS[2]) < keep then redis.call('PEXPIRE', KEYS[2], keep) end
local virtual = tonumber(redis.call('GET', KEYS[3]) or '0')
local last = tonumber(redis.call('GET', KEYS[4]) or '0')
if last > virtual + ${rules.tagWindow} then last = 0 end
local tag = math.max(virtual, last) + 1
if tag > ${rules.maxTag} then
  redis.call('SET', KEYS[3], 0, 'PX', ${rules.virtualTimeMs})
  tag = 1
end
redis.call('SET', KEYS[4], tag, 'PX', ${rules.tagMs})
return {1, tag}
`);

/**
 * GCRA with reservation over the gates KEYS[first] …: gives 'go', 'wait' or 'limited', and the milliseconds to wait.
 * A gate is charged for its own slot, not for the latest one: a blocked token must not push back the host that it shares.
 */
const passGates = `
local function passGates(first, now, deadline, reserved)
  local wait, anyBlocked, charges = 0, false, {}
  for i = first, #KEYS do
    local gate = redis.call('HMGET', KEYS[i], 'tat', 'interval', 'burst', 'blocked')
    local tat, interval = tonumber(gate[1] or '0'), tonumber(gate[2] or '0')
    local burst, blocked = tonumber(gate[3] or '0'), tonumber(gate[4] or '0')
    anyBlocked = anyBlocked or blocked > now
    if interval == 0 then
      burst = 0
      if math.max(tat, blocked) > now then interval = ${rules.blockSpacingMs} end
    end
    if interval > 0 then
      local start = math.max(now, blocked, tat)
      local slot = start
      if blocked <= now then slot = math.max(now, tat - burst) end
      wait = math.max(wait, slot - now)
      charges[#charges + 1] = {KEYS[i], start + interval}
    end
  end
  if reserved and not anyBlocked then return 'go', 0 end
  wait = math.ceil(wait)
  if now + wait > deadline then return 'limited', wait end
  for _, charge in ipairs(charges) do
    redis.call('HSET', charge[1], 'tat', charge[2])
    local keep = math.ceil(charge[2] - now) + ${rules.blockSpacingMs}
    if redis.call('PTTL', charge[1]) < keep then redis.call('PEXPIRE', charge[1], keep) end
  end
  if wait > 0 then return 'wait', wait end
  return 'go', 0
end
`;

/** KEYS alive, cancelled, claim, virtual time, gate … ARGV now, deadline, reserved, kind, claimant, claimMs, priority. */
export const enter = script(`
${passGates}
local now, deadline = tonumber(ARGV[1]), tonumber(ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 1 then return {'cancelled', 0} end
if redis.call('EXISTS', KEYS[1]) == 0 then return {'orphan', 0} end
if now >= deadline then return {'expired', 0} end
local verdict, wait = passGates(5, now, deadline, ARGV[3] == '1')
if verdict ~= 'go' then return {verdict, wait} end
if ARGV[4] == 'write' and not redis.call('SET', KEYS[3], ARGV[5], 'NX', 'PX', ARGV[6]) then
  -- the same claimant: this very command, sent again after its reply was lost
  if redis.call('GET', KEYS[3]) ~= ARGV[5] then return {'claimed', 0} end
end
local virtual, tag = tonumber(redis.call('GET', KEYS[4]) or '0'), tonumber(ARGV[7])
if tag > virtual and tag <= virtual + ${rules.tagWindow} then virtual = tag end
redis.call('SET', KEYS[4], virtual, 'PX', ${rules.virtualTimeMs})
return {'go', 0}
`);

/** KEYS gate … ARGV now, deadline. */
export const reserve = script(`
${passGates}
return {passGates(1, tonumber(ARGV[1]), tonumber(ARGV[2]), false)}
`);

/** KEYS gate. ARGV now, interval, burst, blockedUntil; an empty one was not learned. Of two blocks the later counts. */
export const learn = script(`
local now, interval = tonumber(ARGV[1]), tonumber(ARGV[2])
local burst, blockedUntil = tonumber(ARGV[3]), tonumber(ARGV[4])
local gate = redis.call('HMGET', KEYS[1], 'tat', 'interval', 'blocked')
local tat, blocked = tonumber(gate[1] or '0'), tonumber(gate[3] or '0')
if interval == 0 and tonumber(gate[2] or '0') > 0 then tat = 0 end
if blockedUntil then blocked = math.max(blocked, blockedUntil) end
redis.call('HSET', KEYS[1], 'tat', tat, 'blocked', blocked)
if interval then redis.call('HSET', KEYS[1], 'interval', interval) end
if burst then redis.call('HSET', KEYS[1], 'burst', burst) end
redis.call('PEXPIRE', KEYS[1], ${rules.gateMs} + math.max(0, math.ceil(math.max(tat, blocked) - now)))
return 1
`);

/** KEYS the replica's stream. ARGV message. */
export const reply = script(`
redis.call('XADD', KEYS[1], '*', 'm', ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ${rules.replyMs})
`);

/** KEYS cancelled. ARGV channel, call. */
export const cancel = script(`
redis.call('SET', KEYS[1], '1', 'PX', ${rules.cancelMs})
return redis.call('PUBLISH', ARGV[1], ARGV[2])
`);

/** Runs a script by its hash, and with its text where the server does not know it yet. */
export async function runScript(client: Redis, { lua, sha }: Script, { keys, args }: Inputs): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
