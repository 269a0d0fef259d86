import { on } from 'node:events';
import { spawnPart } from '../part.ts';
import { report } from './plan.ts';
import type { Outcome, Plan } from './plan.ts';

/** A load generator in a process of its own. */
export interface Load {
  /** Carries a plan out; its calls in the order in which they ended. */
  readonly run: (plan: Plan) => Promise<readonly Outcome[]>;
  readonly stop: () => Promise<void>;
}

/** Starts `main.ts` as a child process. */
export function spawnLoad(): Load {
  const { child, stop } = spawnPart(new URL('main.ts', import.meta.url));
  let id = 0;
  const over = new AbortController();
  child.once('exit', () => {
    over.abort(new Error('the load generator ended'));
  });
  return {
    run: async (plan) => {
      id += 1;
      const ordered = id;
      const reports = on(child, 'message', { signal: over.signal });
      child.send({ id: ordered, plan });
      for await (const [message] of reports) {
        const said = report.parse(message);
        if (said.id === ordered) return said.outcomes;
      }
      throw new Error('the load generator fell silent');
    },
    stop,
  };
}
