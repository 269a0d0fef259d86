import { setTimeout as sleep } from 'node:timers/promises';
import { callTool } from './clients.ts';

/** A tool call of one of the stand-in's many users. */
export interface Wanted {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The number in `glpat-user-N`. */
  readonly user: number;
}

/** How a call ended, and when. */
export interface Outcome extends Wanted {
  /** `OK`, or the code of the failure. */
  readonly code: string;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly begunAt: number;
  readonly tookMs: number;
}

/** Makes one call and looks at the clock. */
export async function timedCall(url: string, wanted: Wanted): Promise<Outcome> {
  const begunAt = Date.now();
  const begun = performance.now();
  const { text, isError } = await callTool(url, wanted, { 'X-GitLab-Token': `glpat-user-${String(wanted.user)}` });
  const code = isError ? (/^[A-Z_]+(?=: )/u.exec(text)?.[0] ?? text) : 'OK';
  return { ...wanted, code, text, begunAt, tookMs: performance.now() - begun };
}

/** How often each outcome came. */
export function counted(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { code } of outcomes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** The longest time that one of them took. */
export const slowestMs = (outcomes: readonly Outcome[]): number => Math.max(...outcomes.map(({ tookMs }) => tookMs));

/** The time that half of them took at most. */
export function medianMs(outcomes: readonly Outcome[]): number {
  return outcomes.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other)[outcomes.length >> 1] ?? 0;
}

interface Load {
  readonly callers: number;
  /** Between an answer and the same caller's next call. */
  readonly pauseMs: number;
  /** Makes the nth call of the load, in the name of a caller. */
  readonly call: (nth: number, caller: number) => Promise<Outcome>;
}

/** Callers who call again and again, each one call at a time. */
export function startLoad({ callers, pauseMs, call }: Load): { stop(): Promise<readonly Outcome[]> } {
  const stopping = new AbortController();
  const outcomes: Outcome[] = [];
  let made = 0;
  const calling = Array.from({ length: callers }, async (_, caller) => {
    while (!stopping.signal.aborted) {
      made += 1;
      // One caller's calls follow each other.
      outcomes.push(await call(made, caller)); // oxlint-disable-line no-await-in-loop -- see above
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined); // oxlint-disable-line no-await-in-loop -- see above
    }
  });
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(calling);
      return outcomes;
    },
  };
}
