import { randomUUID } from 'node:crypto';
import type { Config } from '../config/settings.ts';
import type { Log } from '../log.ts';
import { createAsk } from '../queue/ask.ts';
import type { Ask } from '../queue/ask.ts';
import type { Broker } from '../queue/broker.ts';
import type { KeyedHashes } from '../queue/remembered-hash.ts';
import { createReplayedAsk } from '../queue/replayed-ask.ts';
import { createSeal } from '../queue/seal.ts';
import type { QueueSecrets } from '../queue/secret.ts';
import type { Args } from '../tools/tool.ts';
import type { Audit } from './audit.ts';
import { createCall } from './call.ts';
import type { CallTool } from './call.ts';
import { createConfirm } from './confirm.ts';
import { createLimits } from './limits.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { createSingleFlight } from './single-flight.ts';
import type { SingleFlight } from './single-flight.ts';

interface CallsOptions {
  readonly config: Config;
  readonly broker: Broker;
  readonly secrets: QueueSecrets;
  readonly hashes: KeyedHashes;
  /** Whether the calls of a tool are confirmed, by its name. */
  readonly asksFirst: (name: string) => boolean;
  /** Arguments that the deployment fills in where the client gave none. */
  readonly defaults: Args;
  readonly log: Log;
  readonly audit: Audit;
  readonly metricsLog: Log;
}

interface Calls {
  readonly ask: Ask;
  readonly callTool: CallTool;
  readonly metrics: Metrics;
  readonly touched: SingleFlight['touched'];
}

/** All that a tool call passes in this role, from its arguments to the queue. */
export function createCalls(options: CallsOptions): Calls {
  const { config, broker, secrets, hashes, asksFirst, defaults, log } = options;
  const now = Date.now;
  const seal = createSeal({ secrets });
  const ask = createAsk({
    broker,
    hash: hashes[0],
    seal,
    api: randomUUID(),
    maxOutstandingPerCaller: config.MAX_OUTSTANDING_PER_CALLER,
    maxOutstanding: config.MAX_OUTSTANDING,
    now,
    log,
  });
  const singleFlight = createSingleFlight({ ask: ask.ask, now });
  const metrics = createMetrics({
    stack: config.METRICS_STACK,
    gauges: ask.gauges,
    log: options.metricsLog,
    now,
    random: Math.random,
  });
  const callTool = createCall({
    ask: createReplayedAsk({ ask: singleFlight.ask, replays: broker.replays, seal, now }),
    defaults,
    isStructured: config.STRUCTURED_CONTENT === 'on',
    timeoutMs: config.CALL_TIMEOUT_MS,
    limits: createLimits({
      perMinute: config.MAX_CALLS_PER_MINUTE_PER_CALLER,
      inFlight: config.MAX_CALLS_IN_FLIGHT,
      now,
    }),
    confirm: createConfirm({ asksFirst, hashes, newId: randomUUID, now }),
    audit: options.audit,
    metrics,
    now,
    log,
  });
  return { ask, callTool, metrics, touched: singleFlight.touched };
}
