import { once } from 'node:events';
import * as z from 'zod';
import { spawnPart } from './part.ts';

/** The server that the service is compared with, in a process of its own. */
export interface Baseline {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const greeting = z.tuple([z.object({ url: z.string() })]);

/** Starts `baseline-server.ts` in front of this GitLab. */
export async function spawnBaseline(apiUrl: string): Promise<Baseline> {
  const { child, stop } = spawnPart(new URL('baseline-server.ts', import.meta.url), ['--gitlab', apiUrl]);
  const said = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  const [{ url }] = greeting.parse([said[0]]);
  const { pid } = child;
  if (pid === undefined) throw new Error('the baseline server has no process id');
  return { url, pid, stop };
}
