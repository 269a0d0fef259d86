import { randomUUID } from 'node:crypto';
import type { Config } from '../config/settings.ts';
import { createGitLabClient } from '../gitlab/client.ts';
import type { Log } from '../log.ts';
import type { Broker } from '../queue/broker.ts';
import { createRememberedHash } from '../queue/remembered-hash.ts';
import { createSeal } from '../queue/seal.ts';
import type { QueueSecrets } from '../queue/secret.ts';
import { createServe } from '../queue/serve.ts';
import type { Serve, ServeOptions } from '../queue/serve.ts';
import type { Shutdown } from '../shutdown.ts';
import { isAudited } from '../tools/audited.ts';
import { tools } from '../tools/index.ts';
import { withReadCache } from './conditional.ts';
import { createForesight } from './foresight.ts';
import { createGates } from './gates.ts';
import { createGitLabUsers } from './gitlab-users.ts';
import { serveHealth } from './health.ts';
import { createRun } from './run.ts';
import { createSpareClient } from './spare-client.ts';

interface WorkerOptions {
  readonly config: Config;
  readonly server: { readonly name: string; readonly version: string };
  readonly broker: Broker;
  /** Opens the calls; the API has the same one. */
  readonly secrets: QueueSecrets;
  readonly log: Log;
  readonly shutdown: Shutdown;
  /** Whether this process has a health port of its own. */
  readonly isAlone: boolean;
}

/** How long before the deadline of a stop reads that still run are handed to another worker. */
const HAND_BACK_MS = 10_000;

/** What comes again with each call of a token, and more than once in a call. */
const REMEMBERED = ['gate token', 'gate route', 'gitlab user', 'cached resource', 'cached question'];

/** A start that takes longer waits for Redis, and says so. */
const PATIENCE_MS = 2000;

/** Starts the worker role on its queue; resolves once it takes calls, or was asked to stop before. */
export async function startWorker(options: WorkerOptions): Promise<void> {
  const { config, log, shutdown } = options;
  const serving = servingOf(options);
  const state: { serve?: Serve; isStopping: boolean } = { isStopping: false };
  // Before the wait for Redis: an API in the same process registers its parts meanwhile, and stops before its worker.
  shutdown.add('worker', async () => {
    state.isStopping = true;
    await state.serve?.drain(Math.max(0, config.WORKER_DRAIN_MS - HAND_BACK_MS));
  });
  if (options.isAlone) {
    const health = await serveHealth({ port: config.WORKER_HEALTH_PORT, serve: () => state.serve });
    shutdown.add('health', health.close);
  }
  const late = setTimeout(() => {
    log.info('worker waits for Redis');
  }, PATIENCE_MS);
  try {
    state.serve = await createServe(serving);
  } catch (error) {
    if (!state.isStopping) throw error;
    return;
  } finally {
    clearTimeout(late);
  }
  log.info({ gitlab: config.GITLAB_API_URL }, 'worker takes calls');
}

/** How the calls of the queue are run at GitLab. */
function servingOf(options: WorkerOptions): ServeOptions {
  const { config, server, broker, secrets, log, shutdown } = options;
  const client = createGitLabClient({
    apiUrl: config.GITLAB_API_URL,
    connectTimeoutMs: config.GITLAB_CONNECT_TIMEOUT_MS,
    headersTimeoutMs: config.GITLAB_TIMEOUT_MS,
    bodyTimeoutMs: config.GITLAB_TIMEOUT_MS,
    maxBodyBytes: config.MAX_GITLAB_BYTES,
    maxBytesInFlight: config.MAX_GITLAB_BYTES_IN_FLIGHT,
    maxConnections: config.GITLAB_MAX_CONNECTIONS,
    caPem: config.GITLAB_CA_CERT_PEM,
    userAgent: `${server.name}/${server.version}`,
  });
  shutdown.add('GitLab connections', async () => client.close());
  const hash = createRememberedHash(secrets[0], REMEMBERED);
  const host = hash('host', config.GITLAB_API_URL);
  const means = { hash, now: Date.now };
  const gates = createGates({ ...means, apiUrl: config.GITLAB_API_URL, limits: config.GITLAB_RATE_LIMITS, tools });
  const { coordinator } = broker;
  const users = createGitLabUsers({
    ...means,
    client: createSpareClient({ client, coordinator, gates, host, now: Date.now }),
  });
  const seal = createSeal({ secrets });
  const cache = config.READ_CACHE === 'off' ? undefined : broker.cache(config.READ_CACHE_BYTES);
  const cached = cache === undefined ? undefined : withReadCache(client, { cache, seal, hash, log });
  return {
    broker,
    seal,
    handle: createRun({
      client: cached ?? client,
      tools,
      gates,
      maxAnswerBytes: config.MAX_ANSWER_BYTES,
      usersFor: (tool) => (isAudited(config.AUDIT_LOG, tool?.effect) ? users : undefined),
      now: Date.now,
      random: Math.random,
      log,
    }),
    host,
    foresee: createForesight({ tools, gates, lookAhead: cached?.lookAhead }),
    worker: randomUUID(),
    concurrency: { read: config.WORKER_READ_CONCURRENCY, write: config.WORKER_WRITE_CONCURRENCY },
    now: Date.now,
    log,
  };
}
