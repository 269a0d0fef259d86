import { randomUUID } from 'node:crypto';
import type { Gate } from '../gate.ts';
import { packEntry, unpackEntry } from './call.ts';
import type { Foreseen, Ticket } from './call.ts';
import type { Coordinator, Entered, Kind } from './coordinator.ts';
import type { Handed } from './scripts/hand-over.ts';

interface Door {
  readonly coordinator: Coordinator;
  /** The name of this worker. */
  readonly worker: string;
  readonly now: () => number;
}

/** A call that was delivered to a worker. */
interface Arrival {
  readonly callId: string;
  readonly kind: Kind;
  readonly ticket: Ticket;
  readonly priority: number;
  readonly handed: Handed | undefined;
  /** As this worker sees it. */
  readonly foreseen: Foreseen;
}

/**
 * May the call go? What was handed over with it counts where this worker would have asked the same. An API may be configured
 * otherwise, and knows nothing of a route's limit that this worker has met: what is left is asked now.
 */
export async function entering({ coordinator, worker, now }: Door, arrival: Arrival): Promise<Entered> {
  const { callId, kind, ticket, priority, handed, foreseen } = arrival;
  const { api, deadline } = ticket;
  const { host, gates } = foreseen;
  const passed = handed === undefined ? undefined : passedOf(arrival);
  const left = gates.filter((gate) => passed?.some((each) => isSame(each, gate)) !== true);
  if (handed !== undefined && passed !== undefined && (left.length === 0 || handed.entered.verdict !== 'go'))
    return handed.entered;
  // A fresh name for each delivery: a job that is delivered twice to one worker is claimed once.
  const claimant =
    handed?.claimant === undefined || handed.claimant === '' ? `${worker}:${randomUUID()}` : handed.claimant;
  return coordinator.enter({ callId, kind, api, host, gates: left, deadline, priority, claimant, now: now() });
}

/** The gates that the call has passed as it was handed over; nothing where it entered as another GitLab's. */
function passedOf({ kind, ticket: { entry }, foreseen }: Arrival): readonly Gate[] | undefined {
  if (entry === undefined) return undefined;
  // In most cases they are equal to the letter.
  if (entry === packEntry({ kind, ...foreseen })) return foreseen.gates;
  const { host, gates, kind: enteredAs } = unpackEntry(entry);
  // What entered as a read has claimed no write.
  return host === foreseen.host && enteredAs === kind ? gates : undefined;
}

const isSame = (one: Gate, other: Gate): boolean =>
  one.key === other.key &&
  one.limit?.requests === other.limit?.requests &&
  one.limit?.periodMs === other.limit?.periodMs;
