import type { Kind } from './coordinator.ts';
import { rules } from './scripts/rules.ts';
import { createUnderWay } from './under-way.ts';
import type { UnderWay } from './under-way.ts';

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
  /**
   * Nothing for a write, which must not begin before it is admitted, for a further call of a flow, where the numbers may start
   * again, and where nothing is known.
   */
  readonly priorityOf: (asked: Asked) => number | undefined;
  readonly begin: UnderWay['begin'];
  readonly saw: (kind: Kind, virtualTime: number) => void;
  /** The queue is full or gone. */
  readonly forget: () => void;
  /** Nothing is foretold of this flow for so long: it has all that it may have. */
  readonly bar: (flow: string, forMs: number) => void;
}

/** The coordinator forgets virtual time some minutes after the last call. */
const BELIEVED_MS = 60_000;
const MOST_BARRED = 1000;

export function createForecast({ now }: { readonly now: () => number }): Forecast {
  const underWay = createUnderWay();
  const barred = new Map<string, number>();
  let known: { readonly readTime: number; readonly until: number } | undefined;
  const isOpen = (flow: string): boolean => underWay.of(flow) <= 1 && (barred.get(flow) ?? 0) <= now();
  return {
    priorityOf: ({ kind, flow, step }) => {
      if (kind === 'write' || known === undefined || known.until <= now() || !isOpen(flow)) return undefined;
      const priority = known.readTime + step;
      return priority <= rules.idleTag ? priority : undefined;
    },
    begin: underWay.begin,
    saw: (kind, virtualTime) => {
      if (kind === 'read') known = { readTime: virtualTime, until: now() + BELIEVED_MS };
    },
    forget: () => {
      known = undefined;
    },
    bar: (flow, forMs) => {
      barred.delete(flow);
      barred.set(flow, now() + forMs);
      const [oldest] = barred.keys();
      if (barred.size > MOST_BARRED && oldest !== undefined) barred.delete(oldest);
    },
  };
}
