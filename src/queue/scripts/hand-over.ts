import * as z from 'zod';
import type { Entered } from '../coordinator.ts';
import type { Keys } from './keys.ts';
import { enter } from './turns.ts';
import { enteredOf, verdicts } from './verdict.ts';

/** What a worker hears together with a call: the answers to what it would ask next. */
export interface Handed {
  readonly entered: Entered;
  /** Under which a write was claimed. */
  readonly claimant: string;
  /** Whether an answer to its first request is kept; nothing where none was looked for. */
  readonly isCached: boolean | undefined;
}

/** A larger ticket is not taken apart in Redis, which would keep everybody waiting. */
const MOST_BYTES = 16_384;

/** A key in Lua, with what it has of the call. */
const joined = (variable: string): string => `' .. ${variable} .. '`;
const list = (keys: readonly string[]): string => keys.map((key) => `'${key}'`).join(', ');

/** `used`: the names of the kept answers. The keys are those of `enter`, made of what the ticket says. */
export const handOver = (keys: Keys, used: string): string => `
local function enter(KEYS, ARGV)
${enter.lua}
end
local function fieldsOf(job)
  local fields = {}
  for i = 1, #job, 2 do fields[job[i]] = job[i + 1] end
  return fields
end
local function claimantOf(kind)
  if kind ~= 'write' then return '' end
  -- no two deliveries are at one time, as Redis counts it
  local time = redis.call('TIME')
  return time[1] .. '.' .. time[2]
end
-- a verdict, the milliseconds to wait, the claimant, and 1 or 0 where an answer is kept or not; nothing of another job
local function handOver(job, callId, now)
  local fields = fieldsOf(job)
  -- 'defa': its worker died over it, and BullMQ lets it fail before anybody sees it
  if fields.defa or #fields.data > ${String(MOST_BYTES)} then return end
  local ticket = cjson.decode(fields.data)
  if not ticket.entry then return end
  local entry = cjson.decode(ticket.entry)
  local virtualTime = { read = '${keys.virtualTime('read')}', write = '${keys.virtualTime('write')}' }
  local keys = { ${list([
    keys.alive(joined('ticket.api')),
    keys.cancel(joined('callId')),
    keys.claim(joined('callId')),
    joined('virtualTime[entry.kind]'),
    keys.breaker(joined('entry.host')),
    keys.places(joined('callId')),
  ])} }
  local claimant = claimantOf(entry.kind)
  local args = { now, ticket.deadline, callId, fields.priority, entry.kind, claimant }
  for _, gate in ipairs(entry.gates) do
    for _, key in ipairs({ ${list(keys.gate(joined('gate.key')))} }) do keys[#keys + 1] = key end
    local limit = gate.limit or { requests = 0, periodMs = 0 }
    args[#args + 1] = limit.requests
    args[#args + 1] = limit.periodMs
    args[#args + 1] = gate.asksFirst and '1' or '0'
  end
  local entered = enter(keys, args)
  local isCached
  if entered[1] == 'go' and entry.cached then isCached = redis.call('ZSCORE', '${used}', entry.cached) and 1 or 0 end
  return { entered[1], entered[2], claimant, isCached }
end
`;

const handed = z.tuple([verdicts, z.number(), z.string()]).rest(z.literal([0, 1]));

/** What `handOver` gives. */
export function readHanded(reply: unknown): Handed {
  const [verdict, waitMs, claimant, isCached] = handed.parse(reply);
  return {
    entered: enteredOf(verdict, waitMs),
    claimant,
    isCached: isCached === undefined ? undefined : isCached === 1,
  };
}
