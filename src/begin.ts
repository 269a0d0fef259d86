import { randomBytes } from 'node:crypto';
import { ConfigError, configWarnings, readConfig } from './config/read.ts';
import type { Role } from './config/read.ts';
import type { Config } from './config/settings.ts';
import { server } from './config/version.ts';
import { createLogLines } from './log-lines.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { createMemoryBroker } from './queue/broker-memory.ts';
import { createRedisBroker } from './queue/broker-redis.ts';
import type { Broker } from './queue/broker.ts';
import { withPassword } from './queue/redis.ts';
import { queueSecrets } from './queue/secret.ts';
import type { QueueSecrets } from './queue/secret.ts';
import { createShutdown } from './shutdown.ts';
import type { Shutdown } from './shutdown.ts';
import { faultOfNames } from './tools/known-name.ts';

/** What every role is started with. */
interface Parts {
  readonly config: Config;
  readonly server: typeof server;
  readonly broker: Broker;
  readonly secrets: QueueSecrets;
  readonly log: Log;
  /** Writes whatever the level of the other log is. */
  readonly auditLog: Log;
  /** Lines that CloudWatch reads as metrics. */
  readonly metricsLog: Log;
  readonly shutdown: Shutdown;
  /** Whether the role has the process for itself. */
  readonly isAlone: boolean;
}

function configOf(role: Role): Config | undefined {
  try {
    const config = readConfig(role);
    requireToolNames(config);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

/** A name that is no tool's would deny nothing, or allow nothing. */
function requireToolNames(config: Config): void {
  const faults = (['GITLAB_ALLOWED_TOOLS', 'GITLAB_DENIED_TOOLS'] as const).flatMap((variable) => {
    const words = faultOfNames(config[variable]);
    return words === undefined ? [] : [{ variable, words }];
  });
  if (faults.length > 0) throw new ConfigError(faults);
}

interface Brokers {
  /** The API's; a worker's where it is alone. */
  readonly broker: Broker;
  /** The worker's in one process of both roles. */
  readonly crew: Broker;
}

/** In memory both roles share one. On Redis an API must not wait for it, and a worker must. */
function brokersOf(role: Role, { REDIS_URL: url, REDIS_PASSWORD: password }: Config, log: Log): Brokers {
  if (url === undefined) {
    const broker = createMemoryBroker();
    return { broker, crew: broker };
  }
  const onError = (error: Error): void => {
    log.error({ err: error }, 'Redis');
  };
  const onBack = (afterMs: number): void => {
    log.info({ afterMs }, 'Redis is back');
  };
  const open = (own: 'api' | 'worker'): Broker =>
    createRedisBroker({ url: withPassword(url, password), role: own, onError, onBack });
  const broker = open(role === 'worker' ? 'worker' : 'api');
  return { broker, crew: role === 'all' ? open('worker') : broker };
}

async function warn(broker: Broker, log: Log): Promise<void> {
  try {
    for (const words of await broker.inspect()) log.warn(words);
  } catch (error) {
    log.debug({ err: error }, 'Redis was not inspected');
  }
}

/** Reads the configuration, opens the queue, starts the role, and stops all of it on SIGTERM. */
export async function begin(role: Role, start: (parts: Parts, crew: Broker) => Promise<void>): Promise<void> {
  const config = configOf(role);
  if (config === undefined) return;
  const destination = createLogLines();
  const log = createLog({ level: config.MCP_LOG_LEVEL, base: { role }, destination });
  for (const words of configWarnings(role, config)) log.warn(words);
  const deadlineMs = role === 'worker' ? config.WORKER_DRAIN_MS : config.API_DRAIN_MS;
  const shutdown = createShutdown({ log, deadlineMs, exit: (code) => process.exit(code) });
  shutdown.listen(process);
  // Not gathered: a killed process must not take the line of a write with it.
  const auditLog = createLog({ level: 'info', base: { audit: true } });
  const metricsLog = createLog({ level: 'info', destination });
  const secrets = queueSecrets({
    given: config.QUEUE_SECRET,
    givenBefore: config.QUEUE_SECRET_PREVIOUS,
    authToken: config.MCP_AUTH_TOKEN,
    authTokenBefore: config.MCP_AUTH_TOKEN_PREVIOUS,
    random: () => randomBytes(32).toString('hex'),
  });
  const { broker, crew } = brokersOf(role, config, log);
  shutdown.add('queue', async () => void (await Promise.all([broker.close(), crew.close()])));
  void warn(broker, log);
  const isAlone = role !== 'all';
  await start({ config, server, broker, secrets, log, auditLog, metricsLog, shutdown, isAlone }, crew);
}
