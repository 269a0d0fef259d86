import { ErrorCode } from 'bullmq';
import type { JobJson } from 'bullmq';
import type { Held } from './places.ts';

/** Which job a worker speaks of. */
export interface Lock {
  readonly id: string;
  readonly token: string;
}

/** A worker's word on the job it runs, said with one of BullMQ's commands. */
export interface Run extends Lock {
  readonly command: string;
}

/** The token of a caller who vouches for the job: BullMQ checks no lock then. */
export const vouched = '0';

/** The job, if the worker still has a say over it; else BullMQ's own code and words (its finished-errors.js, which it does not export). */
export function demandLock(held: Held | undefined, { id, token, command }: Run, now: number): JobJson {
  if (held === undefined) throw coded(ErrorCode.JobNotExist, `Missing key for job ${id}. ${command}`);
  const { job, place } = held;
  const isActive = place.name === 'active';
  if (token !== vouched && !(isActive && place.until > now)) {
    throw coded(ErrorCode.JobLockNotExist, `Missing lock for job ${id}. ${command}`);
  }
  if (!isActive) throw coded(ErrorCode.JobNotInState, `Job ${id} is not in the active state. ${command}`);
  if (token !== vouched && place.token !== token) {
    throw coded(ErrorCode.JobLockMismatch, `Lock mismatch for job ${id}. Cmd ${command} from active`);
  }
  return job;
}

function coded(code: ErrorCode, message: string): Error {
  return Object.assign(new Error(message), { code });
}
