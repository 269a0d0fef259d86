import { randomUUID } from 'node:crypto';
import type { Config } from '../config/settings.ts';
import type { Log } from '../log.ts';
import { createAsk } from '../queue/ask.ts';
import type { Ask } from '../queue/ask.ts';
import type { Broker } from '../queue/broker.ts';
import { createSeal } from '../queue/seal.ts';
import type { QueueSecrets } from '../queue/secret.ts';
import type { Args } from '../tools/tool.ts';
import type { Audit } from './audit.ts';
import { createCall } from './call.ts';
import type { CallTool } from './call.ts';
import { createConfirm } from './confirm.ts';
import { createLimits } from './limits.ts';

interface CallsOptions {
  readonly config: Config;
  readonly broker: Broker;
  readonly secrets: QueueSecrets;
  readonly hash: (label: string, value: string) => string;
  /** Whether the calls of a tool are confirmed, by its name. */
  readonly asksFirst: (name: string) => boolean;
  /** Arguments that the deployment fills in where the client gave none. */
  readonly defaults: Args;
  readonly log: Log;
  readonly audit: Audit;
}

interface Calls {
  readonly ask: Ask;
  readonly callTool: CallTool;
}

/** All that a tool call passes in this role, from its arguments to the queue. */
export function createCalls(options: CallsOptions): Calls {
  const { config, broker, secrets, hash, asksFirst, defaults, log } = options;
  const now = Date.now;
  const ask = createAsk({
    broker,
    hash,
    seal: createSeal({ secrets }),
    api: randomUUID(),
    maxOutstandingPerCaller: config.MAX_OUTSTANDING_PER_CALLER,
    now,
    log,
  });
  const callTool = createCall({
    ask: ask.ask,
    defaults,
    isStructured: config.STRUCTURED_CONTENT === 'on',
    timeoutMs: config.CALL_TIMEOUT_MS,
    limits: createLimits({
      perMinute: config.MAX_CALLS_PER_MINUTE_PER_CALLER,
      inFlight: config.MAX_CALLS_IN_FLIGHT,
      now,
    }),
    confirm: createConfirm({ asksFirst, hash, newId: randomUUID, now }),
    audit: options.audit,
    now,
    log,
  });
  return { ask, callTool };
}
