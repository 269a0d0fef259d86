import type { Kind } from '../coordinator.ts';

/** Every key of the coordinator, and its two channels. */
export interface Keys {
  readonly alive: (api: string) => string;
  readonly workers: string;
  readonly outstanding: (user: string) => string;
  readonly outstandingOfAll: string;
  readonly virtualTime: (kind: Kind) => string;
  readonly tag: (kind: Kind, flow: string) => string;
  readonly cancel: (callId: string) => string;
  readonly claim: (callId: string) => string;
  readonly breaker: (host: string) => string;
  /** The gates' lists on which a call waits. */
  readonly places: (callId: string) => string;
  /** A gate's state, who waits at it by their order, and when each of them is due. */
  readonly gate: (key: string) => readonly [state: string, waiting: string, due: string];
  readonly reply: (api: string) => string;
  readonly lastReply: (api: string) => string;
  readonly cancelled: string;
  readonly announced: string;
}

/** The keys that begin with `prefix`: a hash tag, so that they live in one slot of a cluster. */
export function keysUnder(prefix: string): Keys {
  return {
    alive: (api) => `${prefix}:alive:${api}`,
    workers: `${prefix}:workers`,
    outstanding: (user) => `${prefix}:out:${user}`,
    outstandingOfAll: `${prefix}:out`,
    virtualTime: (kind) => `${prefix}:vt:${kind}`,
    tag: (kind, flow) => `${prefix}:tag:${kind}:${flow}`,
    cancel: (callId) => `${prefix}:cancel:${callId}`,
    claim: (callId) => `${prefix}:claim:${callId}`,
    breaker: (host) => `${prefix}:breaker:${host}`,
    places: (callId) => `${prefix}:places:${callId}`,
    gate: (key) => [`${prefix}:gate:${key}`, `${prefix}:gate:${key}:waiting`, `${prefix}:gate:${key}:due`],
    reply: (api) => `${prefix}:reply:${api}`,
    lastReply: (api) => `${prefix}:reply:${api}:last`,
    cancelled: `${prefix}:cancelled`,
    announced: `${prefix}:announced`,
  };
}
