import { startApi } from '../../src/api/start.ts';
import { readConfig } from '../../src/config/read.ts';
import { createLog } from '../../src/log.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import { createSeal } from '../../src/queue/seal.ts';
import { createServe } from '../../src/queue/serve.ts';
import type { Handle } from '../../src/queue/turn.ts';
import { createShutdown } from '../../src/shutdown.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

interface Api {
  readonly url: string;
  /** Every line that was logged, at level debug. */
  readonly output: readonly string[];
  close(): Promise<void>;
}

/** The real API role in this process, its calls answered by `handle` instead of the worker role. */
export async function startApiWith(handle: Handle, env: Readonly<Record<string, string>> = {}): Promise<Api> {
  const output: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void output.push(line) } });
  const shutdown = createShutdown({ log, deadlineMs: 5000, exit: () => undefined });
  const broker = createMemoryBroker();
  const serve = await createServe({
    broker,
    seal: createSeal({ secrets: [SECRET] }),
    handle,
    host: 'gitlab',
    foresee: () => ({ gates: [], end: () => undefined }),
    worker: 'test',
    concurrency: { read: 8, write: 8 },
    now: Date.now,
    log,
  });
  shutdown.add('worker', async () => serve.drain(1000));
  const given = { PORT: '0', GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-shared', ...env };
  const url = await startApi({
    config: readConfig('all', given),
    server: { name: 'go-mcp-gitlab', version: '1.2.3' },
    broker,
    secrets: [SECRET],
    log,
    metricsLog: log,
    auditLog: createLog({
      level: 'info',
      base: { audit: true },
      destination: { write: (line) => void output.push(line) },
    }),
    shutdown,
  });
  return { url, output, close: async () => shutdown.run('test') };
}
