import { once } from 'node:events';
import { createServer } from 'node:http';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { createLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { createRouter } from './router.ts';
import { allRoutes } from './routes/index.ts';
import { seedSample } from './seed/sample.ts';
import { serve } from './serve.ts';
import { createStore } from './store.ts';
import type { Store, Timings } from './store.ts';

interface GitLabOptions {
  /** A free port by default. */
  readonly port?: number;
  /** `sample` by default. */
  readonly seed?: 'sample' | 'empty';
  readonly now?: () => number;
  readonly timings?: Partial<Timings>;
}

/** A stand-in GitLab that listens on 127.0.0.1. */
export interface GitLabServer {
  readonly url: string;
  /** `url` with /api/v4. */
  readonly apiUrl: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly limits: Limits;
  close(): Promise<void>;
}

/** Starts a stand-in GitLab in this process. */
export async function startGitLab(options: GitLabOptions = {}): Promise<GitLabServer> {
  const { port = 0, seed = 'sample', now = Date.now, timings } = options;
  const server = createServer({ keepAliveTimeout: 75_000 });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in GitLab has no port');
  const url = `http://127.0.0.1:${String(address.port)}`;
  const store = createStore({ url, now, timings: { mergeCheckMs: 50, importMs: 100, ...timings } });
  if (seed === 'sample') seedSample(store);
  const limits = createLimits({ now });
  const parts = {
    store,
    journal: createJournal({ now }),
    faults: createFaults(),
    limits,
    router: createRouter(allRoutes),
  };
  server.on('request', (request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      if (request.complete) process.stderr.write(`stand-in GitLab: ${String(error)}\n`);
      response.destroy();
    });
  });
  return {
    url,
    apiUrl: `${url}/api/v4`,
    ...parts,
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
