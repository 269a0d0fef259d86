import { randomUUID } from 'node:crypto';
import type { Grants } from '../caller.ts';
import type { Config } from '../config/settings.ts';
import type { Log } from '../log.ts';
import type { Broker } from '../queue/broker.ts';
import { createAsk } from '../queue/ask.ts';
import { createKeyedHash, createSeal } from '../queue/seal.ts';
import type { Shutdown } from '../shutdown.ts';
import { tools, toolsets } from '../tools/index.ts';
import { instructionsFor } from '../tools/instructions.ts';
import { createApp } from './app.ts';
import { createCall } from './call.ts';
import { createIdentify } from './identity.ts';
import { listen } from './listen.ts';
import { createListings } from './listings.ts';
import { createCancels } from './mcp/cancels.ts';
import { createEdge } from './mcp/edge.ts';
import { createServerBuilder } from './mcp/server.ts';

interface ApiOptions {
  readonly config: Config;
  readonly server: { readonly name: string; readonly version: string };
  readonly broker: Broker;
  /** Seals the calls; the workers have the same one. */
  readonly secret: string;
  readonly log: Log;
  readonly shutdown: Shutdown;
}

/** What the deployment grants to everybody. */
function grantsOf(config: Config): Grants {
  const on = toolsets.filter(({ flag }) => flag === undefined || config[flag]);
  return {
    readOnly: config.GITLAB_READ_ONLY_MODE,
    toolsets: on.map(({ name }) => name),
    allowedProjects: [...config.GITLAB_ALLOWED_PROJECT_IDS],
  };
}

/** Arguments that the deployment fills in. */
function defaultsOf({
  GITLAB_PROJECT_ID: project,
  GITLAB_DEFAULT_NAMESPACE: namespace,
}: Config): Record<string, string> {
  return {
    ...(project !== undefined && { project_id: project }),
    ...(namespace !== undefined && { namespace, group_id: namespace, namespace_id: namespace }),
  };
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** A server for this machine only answers to this machine's names: a web page could rebind its own name to it. */
function reachableAs({ HOST, ALLOWED_HOSTS, ALLOWED_ORIGINS }: Config): {
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
} {
  const isLocal = ['127.0.0.1', 'localhost', '::1'].includes(HOST) && ALLOWED_HOSTS.length === 0;
  return {
    allowedHosts: isLocal ? LOOPBACK : ALLOWED_HOSTS,
    allowedOrigins: isLocal ? [...LOOPBACK, ...ALLOWED_ORIGINS] : ALLOWED_ORIGINS,
  };
}

/** Starts the API role on its queue; resolves with its URL once it listens. */
export async function startApi({ config, server, broker, secret, log, shutdown }: ApiOptions): Promise<string> {
  const hash = createKeyedHash(secret);
  const { coordinator } = broker;
  const grants = grantsOf(config);
  const ask = createAsk({
    broker,
    hash,
    seal: createSeal({ secrets: [secret] }),
    api: randomUUID(),
    maxOutstandingPerCaller: config.MAX_OUTSTANDING_PER_CALLER,
    now: Date.now,
    log,
  });
  const defaults = defaultsOf(config);
  const callTool = createCall({
    ask: ask.ask,
    defaults,
    isStructured: config.STRUCTURED_CONTENT === 'on',
    timeoutMs: config.CALL_TIMEOUT_MS,
    newId: randomUUID,
    now: Date.now,
    log,
  });
  const listings = createListings({ tools, filled: Object.keys(defaults) });
  const cancels = createCancels({ announce: async (key) => coordinator.announce(key), hash });
  coordinator.onAnnounce(cancels.heard).catch((error: unknown) => {
    log.warn({ err: error }, 'cancels of other replicas are not heard');
  });
  const edge = createEdge({
    build: createServerBuilder({
      ...server,
      instructions: instructionsFor(grants.toolsets),
      tools,
      listings,
      callTool,
    }),
    identify: createIdentify({ sharedToken: config.GITLAB_PERSONAL_ACCESS_TOKEN, grants, hash }),
    cancels,
    newSessionId: randomUUID,
  });
  const app = createApp({
    name: server.name,
    edge,
    authToken: config.MCP_AUTH_TOKEN,
    ...reachableAs(config),
    maxBodyBytes: config.MAX_BODY_BYTES,
    unreadyReason: ask.unreadyReason,
    log,
  });
  const listening = await listen({ app, host: config.HOST, port: config.PORT });
  // Last first: while the calls under way are finished, /ready says that no new one is taken.
  shutdown.add('http', listening.close);
  shutdown.add('calls', ask.close);
  log.info({ url: listening.url }, 'API listens');
  return listening.url;
}
