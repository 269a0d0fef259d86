import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { Grants } from '../caller.ts';
import type { Config } from '../config/settings.ts';
import type { Log } from '../log.ts';
import type { Broker } from '../queue/broker.ts';
import { TOUCHED } from '../queue/message.ts';
import { createKeyedHashes } from '../queue/remembered-hash.ts';
import type { QueueSecrets } from '../queue/secret.ts';
import type { Shutdown } from '../shutdown.ts';
import { tools, toolsets } from '../tools/index.ts';
import { instructionsFor } from '../tools/instructions.ts';
import { createAccess } from './access.ts';
import { createApp } from './app.ts';
import { createAudit } from './audit.ts';
import { createCalls } from './calls.ts';
import { listen } from './listen.ts';
import { createListings } from './listings.ts';
import { createCancels } from './mcp/cancels.ts';
import type { Cancels } from './mcp/cancels.ts';
import { createEdge } from './mcp/edge.ts';
import { createServerBuilder } from './mcp/server.ts';
import { narrow } from './narrow.ts';

interface ApiOptions {
  readonly config: Config;
  readonly server: { readonly name: string; readonly version: string };
  readonly broker: Broker;
  /** Seals the calls; the workers have the same one. */
  readonly secrets: QueueSecrets;
  readonly log: Log;
  readonly auditLog: Log;
  readonly metricsLog: Log;
  readonly shutdown: Shutdown;
}

/** What the deployment grants to everybody. */
function grantsOf(config: Config): Grants {
  const on = toolsets.filter(({ flag }) => flag === undefined || config[flag]);
  return {
    readOnly: config.GITLAB_READ_ONLY_MODE,
    toolsets: on.map(({ name }) => name),
    allowedProjects: config.GITLAB_ALLOWED_PROJECT_IDS.length === 0 ? [] : [[...config.GITLAB_ALLOWED_PROJECT_IDS]],
    allowedTools: [...config.GITLAB_ALLOWED_TOOLS],
    deniedTools: [...config.GITLAB_DENIED_TOOLS],
    destructive: config.GITLAB_ALLOW_DESTRUCTIVE,
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
  readonly readingOrigins: readonly string[];
} {
  const isLocal = ['127.0.0.1', 'localhost', '::1'].includes(HOST) && ALLOWED_HOSTS.length === 0;
  return {
    allowedHosts: isLocal ? LOOPBACK : ALLOWED_HOSTS,
    allowedOrigins: isLocal ? [...LOOPBACK, ...ALLOWED_ORIGINS] : ALLOWED_ORIGINS,
    // Any program on this machine may have a page: the operator names those that are trusted.
    readingOrigins: ALLOWED_ORIGINS,
  };
}

/** What other replicas and the workers announce: a client's cancel, or a write. */
function hearOthers({ broker, log }: ApiOptions, cancels: Cancels, touched: () => void): void {
  const heard = (words: string): void => {
    if (words === TOUCHED) touched();
    else cancels.heard(words);
  };
  broker.coordinator.onAnnounce(heard).catch((error: unknown) => {
    log.warn({ err: error }, 'cancels and writes of other replicas are not heard');
  });
}

/** Starts the API role on its queue; resolves with its URL once it listens. */
export async function startApi(options: ApiOptions): Promise<string> {
  const { config, server, broker, log, shutdown } = options;
  const hashes = createKeyedHashes(options.secrets, ['caller', 'user', 'flow']);
  const [hash] = hashes;
  const grants = grantsOf(config);
  const defaults = defaultsOf(config);
  const asksFirst = (name: string): boolean =>
    config.DESTRUCTIVE_CONFIRM === 'argument' && tools.get(name)?.effect === 'destructive';
  const audit = createAudit({ audited: config.AUDIT_LOG, log: options.auditLog, hash });
  const { ask, callTool, metrics, touched } = createCalls({ ...options, hashes, asksFirst, defaults, audit });
  const listings = createListings({ tools, filled: Object.keys(defaults), asksFirst });
  const cancels = createCancels({ announce: async (key) => broker.coordinator.announce(key), hashes, log });
  hearOthers(options, cancels, touched);
  const narrowed = ({ headersDistinct }: Request): Grants => narrow(grants, headersDistinct);
  const access = createAccess({ config, grants: narrowed, hash, audit, log });
  const instructions = instructionsFor(grants.toolsets);
  const edge = createEdge({
    build: createServerBuilder({ ...server, instructions, tools, listings, callTool }),
    identify: access.identify,
    cancels,
    newSessionId: randomUUID,
    asksFirst,
  });
  const app = createApp({
    name: server.name,
    edge,
    access,
    ...reachableAs(config),
    basePath: config.BASE_PATH,
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxBodyBytesInFlight: config.MAX_BODY_BYTES_IN_FLIGHT,
    unreadyReason: ask.unreadyReason,
    log,
  });
  const listening = await listen({ app, host: config.HOST, port: config.PORT });
  shutdown.add('token checks', access.close);
  // Last first: while the calls under way are finished, /ready says that no new one is taken.
  shutdown.add('http', listening.close);
  shutdown.add('metrics', metrics.close);
  shutdown.add('calls', ask.close);
  log.info({ url: listening.url }, 'API listens');
  return listening.url;
}
