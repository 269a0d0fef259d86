import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { heapFlags } from './heap-flags.ts';

export type Role = 'all' | 'api' | 'worker';

/** One process of the built service. */
export interface Service {
  /** Where the API listens; empty for a worker. */
  readonly url: string;
  readonly child: ChildProcess;
  /** Every line it wrote so far. */
  readonly output: readonly string[];
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

const entry = { all: 'dist/main.js', api: 'dist/api/main.js', worker: 'dist/worker/main.js' } as const;
const ready = { all: 'API listens', api: 'API listens', worker: 'worker takes calls' } as const;
const line = z.object({ msg: z.string(), url: z.string().optional() });

const START_MS = 45_000;
const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

/** Only what the role needs: nothing of the developer's own environment. */
function environment(given: Readonly<Record<string, string>>): Record<string, string> {
  const own = { PATH: process.env['PATH'] ?? '', PORT: '0', WORKER_HEALTH_PORT: '0', MCP_LOG_LEVEL: 'debug' };
  return { ...own, QUEUE_SECRET: SECRET, ...given };
}

function parsed(text: string): z.infer<typeof line> | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Starts a role as its own process and waits until it says `until`: by default, that it takes calls. */
export async function startService(
  role: Role,
  env: Readonly<Record<string, string>>,
  until: string = ready[role],
): Promise<Service> {
  const child = spawn(process.execPath, [...heapFlags, entry[role]], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown');
  // One that never says that it is ready is ended: nobody else knows it yet.
  const tooLate = setTimeout(() => void child.kill('SIGKILL'), START_MS);
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => {
        output.push(text);
        const said = parsed(text);
        if (said?.msg === until) resolve(said.url ?? '');
      });
    }
    void ended.then(() => {
      reject(new Error(`${role} ended before it was ready:\n${output.join('\n')}`));
    });
  });
  clearTimeout(tooLate);
  return {
    url,
    child,
    output,
    ended,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}
