import type { Kind } from './coordinator.ts';
import { rules } from './scripts/rules.ts';

interface Asked {
  readonly kind: Kind;
  readonly flow: string;
  readonly step: number;
}

/**
 * Knows the priority of a call before the coordinator has given it, so that the call can be queued in the same write. Who has
 * no other call under way comes next after what has started: that is its virtual time, as it was when this replica last heard.
 * An older one is earlier, which favours a caller with one call, and no other.
 */
export interface Forecast {
  /** Nothing for a write, which must not begin before it is admitted, for a further call of a flow, and where nothing is known. */
  readonly priorityOf: (asked: Asked) => number | undefined;
  /** A call of this flow is under way until the function given back is called. */
  readonly begin: (flow: string) => () => void;
  readonly saw: (kind: Kind, virtualTime: number) => void;
  /** The queue is full or gone. */
  readonly forget: () => void;
}

export function createForecast(): Forecast {
  const underWay = new Map<string, number>();
  let readTime: number | undefined;
  const count = (flow: string, change: number): void => {
    const calls = (underWay.get(flow) ?? 0) + change;
    if (calls > 0) underWay.set(flow, calls);
    else underWay.delete(flow);
  };
  return {
    priorityOf: ({ kind, flow, step }) => {
      if (kind === 'write' || readTime === undefined || (underWay.get(flow) ?? 0) > 1) return undefined;
      const priority = readTime + step;
      return priority <= rules.maxTag ? priority : undefined;
    },
    begin: (flow) => {
      count(flow, 1);
      return () => {
        count(flow, -1);
      };
    },
    saw: (kind, virtualTime) => {
      if (kind === 'read') readTime = virtualTime;
    },
    forget: () => {
      readTime = undefined;
    },
  };
}
