import { startApi } from '../../src/api/start.ts';
import { readConfig } from '../../src/config/read.ts';
import { createLog } from '../../src/log.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import type { QueueSecrets } from '../../src/queue/secret.ts';
import { createShutdown } from '../../src/shutdown.ts';
import { startWorker } from '../../src/worker/start.ts';

interface Whole {
  readonly url: string;
  /** One more replica of the API, with settings of its own. */
  join(env: Readonly<Record<string, string>>, secrets?: QueueSecrets): Promise<string>;
  close(): Promise<void>;
}

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

/** Both roles in this process, every toolset on: as quick to start as a test wants, and nothing of it faked. */
export async function startWhole(
  env: Readonly<Record<string, string>>,
  secrets: QueueSecrets = [SECRET],
): Promise<Whole> {
  const log = createLog({ level: 'off' });
  const shutdown = createShutdown({ log, deadlineMs: 5000, exit: () => undefined });
  const flags = { USE_PIPELINE: 'true', USE_MILESTONE: 'true', USE_GITLAB_WIKI: 'true' };
  const given = { PORT: '0', ...flags, ...env };
  const parts = {
    config: readConfig('all', given),
    server: { name: 'go-mcp-gitlab', version: '1.2.3' },
    broker: createMemoryBroker(),
    secrets,
    log,
    auditLog: log,
    metricsLog: log,
    shutdown,
    isAlone: false,
  };
  await startWorker(parts);
  const url = await startApi(parts);
  return {
    url,
    join: async (own, others = secrets) =>
      startApi({ ...parts, secrets: others, config: readConfig('all', { ...given, ...own }) }),
    close: async () => shutdown.run('test'),
  };
}
