import { Redis } from 'ioredis';
import { gatherWrites } from './gathered-writes.ts';
import { createUnsettled } from './unsettled.ts';
import type { Unsettled } from './unsettled.ts';

/** Where Redis is, from REDIS_URL. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Record<string, never>;
}

/** The options of one connection, for ioredis and for BullMQ. */
export interface RedisConnection extends RedisAddress {
  readonly retryStrategy: (times: number) => number;
  readonly reconnectOnError: (error: Error) => false | 1 | 2;
  readonly connectTimeout: number;
  readonly disconnectTimeout: number;
  readonly maxRetriesPerRequest: number | null;
  readonly enableOfflineQueue?: boolean;
  readonly socketTimeout?: number;
  readonly autoResubscribe?: boolean;
}

/** How long an API waits for the answer to a command. */
export const API_PATIENCE_MS = 2000;
/** Longer than any blocking command of BullMQ (10 s): a connection that is silent for so long is dead. */
const SILENCE_MS = 15_000;

/** redis://[user][:password@]host[:port][/db], or rediss:// for TLS, as the configuration has found it to be. */
export function redisAddress(url: string): RedisAddress {
  const { protocol, hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname.replaceAll(/^\[|\]$/gu, ''),
    port: port === '' ? 6379 : Number(port),
    db: Number(pathname.slice(1)),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

/** The URL with a password that is kept apart from it, as secret stores do. */
export function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const full = new URL(url);
  full.password = encodeURIComponent(password);
  return full.href;
}

/** API: a command fails at once when Redis is gone, and is never sent twice. */
export function apiConnection(address: RedisAddress): RedisConnection {
  return {
    ...address,
    ...everyConnection,
    reconnectOnError: (error) => (isReadOnly(error) ? 1 : false),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  };
}

/** Worker, blocking and subscriber connections: a command waits until Redis is back, and is then sent again. */
export function workerConnection(address: RedisAddress): RedisConnection {
  return {
    ...address,
    ...everyConnection,
    reconnectOnError: (error) => (isReadOnly(error) ? 2 : false),
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
  };
}

/** Several connections to one Redis, of which one report per outage is wanted. */
export interface Outage {
  began(connection: string, error: unknown): void;
  ended(connection: string): void;
  /** We closed it ourselves, which says nothing of Redis. */
  closed(connection: string): void;
}

/**
 * Tells `onError` of the first error of an outage, and `onBack` how many milliseconds it took until every connection had
 * recovered; only then the next one can begin.
 */
export function reportOutages(
  onError: (error: Error) => void,
  onBack: (afterMs: number) => void = () => undefined,
  now: () => number = Date.now,
): Outage {
  const down = new Set<string>();
  let since = 0;
  return {
    began: (connection, error) => {
      if (down.size === 0) {
        since = now();
        onError(new Error(`Redis (${connection}): ${reasonOf(error)}`));
      }
      down.add(connection);
    },
    ended: (connection) => {
      if (down.delete(connection) && down.size === 0) onBack(now() - since);
    },
    closed: (connection) => void down.delete(connection),
  };
}

interface LinkOptions {
  readonly name: string;
  readonly options: RedisConnection;
  readonly outage: Outage;
  /** Commands that are not answered by then fail; they wait for ever where it is left out. */
  readonly patienceMs?: number | undefined;
}

/** One connection. `run` settles in every case, also when the link is closed while Redis is gone (ioredis then never does). */
export interface RedisLink {
  readonly client: Redis;
  run<T>(command: (client: Redis) => Promise<T>): Promise<T>;
  isReady(): boolean;
  isClosed(): boolean;
  close(): void;
}

/** Opens a connection that reports its outages once, and never throws an unhandled error. */
export function openLink({ name, options, outage, patienceMs }: LinkOptions): RedisLink {
  const client = new Redis({ ...options, connectionName: name });
  const unsettled = createUnsettled(patienceMs);
  const gather = gatherWrites(() => (client.status === 'ready' ? client.stream : undefined));
  let closed = false;
  client.on('error', (error: unknown) => {
    forgetCommand(error);
    if (!closed) outage.began(name, error);
  });
  client.on('ready', () => {
    outage.ended(name);
  });
  return {
    client,
    run: async (command) => {
      if (closed) throw new Error(CLOSED);
      return settling(unsettled, async () => {
        gather();
        return command(client);
      });
    },
    isReady: () => !closed && client.status === 'ready',
    isClosed: () => closed,
    close: () => {
      closed = true;
      outage.closed(name);
      client.disconnect();
      unsettled.giveUp(new Error(CLOSED));
    },
  };
}

/** The link for commands whose answer is worth nothing later than that. */
export function impatient({ run }: Pick<RedisLink, 'run'>, patienceMs: number): Pick<RedisLink, 'run'> {
  const unsettled = createUnsettled(patienceMs);
  return { run: async (command) => settling(unsettled, async () => run(command)) };
}

async function settling<T>(unsettled: Unsettled, begin: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = unsettled.begin(reject);
    begin().then(
      (answer) => {
        ended();
        resolve(answer);
      },
      (error: unknown) => {
        ended();
        reject(error); // oxlint-disable-line prefer-promise-reject-errors -- as it came
      },
    );
  });
}

/** What the operator should know about this Redis; empty when all is well. */
export async function inspectRedis(client: { info(): Promise<string> }): Promise<string[]> {
  const info = new Map((await client.info()).split(/\r?\n/u).map(fieldOf));
  const version = info.get('redis_version') ?? 'unknown';
  const isValkey = info.has('valkey_version') || info.get('server_name') === 'valkey';
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  const warnings: string[] = [];
  if (!isValkey && !/^(?:[7-9]|\d{2,})\./u.test(version))
    warnings.push(`Redis ${version} is too old: this service is made for Redis 7.0 and later, or Valkey.`);
  if (policy !== 'noeviction')
    warnings.push(`maxmemory-policy is ${policy}: Redis may drop waiting calls. Set it to noeviction.`);
  return warnings;
}

const everyConnection = {
  retryStrategy: (times: number) => Math.min(50 * 2 ** times, 1000),
  connectTimeout: 1000,
  disconnectTimeout: 200,
} as const;

const CLOSED = 'The connection to Redis is closed.';

function isReadOnly(error: Error): boolean {
  return error.message.includes('READONLY');
}

/** A refused HELLO or AUTH carries its arguments, and so the password. */
function forgetCommand(error: unknown): void {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
}

/** Node's error for a host with two addresses has no message of its own, only a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1)];
}
