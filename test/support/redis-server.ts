import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess | undefined;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answersPing(url: string, secure?: Secure): Promise<void> {
  const waiting = { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null };
  const guarded = secure && { password: secure.password, tls: { ca: secure.ca } };
  const client = new Redis(url, { ...waiting, ...guarded });
  client.on('error', () => undefined);
  try {
    await Promise.race([
      client
        .connect()
        .catch(() => undefined)
        .then(async () => client.ping()),
      sleep(10_000, undefined, { ref: false }).then(() => {
        throw new Error('Redis does not answer');
      }),
    ]);
  } finally {
    client.disconnect();
  }
}

/** TLS alone, and a password, as ElastiCache has them with encryption in transit. */
export interface Secure {
  readonly password: string;
  /** PEM texts, and the files of key and certificate. */
  readonly ca: string;
  readonly keyFile: string;
  readonly certFile: string;
}

const securely = (port: number, { password, keyFile, certFile }: Secure): readonly string[] => {
  const tls = [
    '--tls-port',
    String(port),
    '--tls-auth-clients',
    'no',
    '--tls-key-file',
    keyFile,
    '--tls-cert-file',
    certFile,
  ];
  return ['--port', '0', ...tls, '--requirepass', password];
};

/**
 * A Redis of its own on `port` (a free one by default), ended by its pid. With `keptIn` it writes down in that folder what
 * it holds, and begins with what is there.
 */
export async function spawnRedis(port?: number, keptIn?: string, secure?: Secure): Promise<RedisServer> {
  const chosen = port ?? (await freePort());
  const dir = keptIn ?? (await mkdtemp(path.join(tmpdir(), 'redis-')));
  const appendOnly = keptIn === undefined ? 'no' : 'yes';
  const args = [
    ...(secure === undefined ? ['--port', String(chosen)] : securely(chosen, secure)),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    appendOnly,
    '--dir',
    dir,
  ];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const url = `${secure === undefined ? 'redis' : 'rediss'}://127.0.0.1:${String(chosen)}`;
  await answersPing(url, secure);
  return {
    url,
    port: chosen,
    child,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      if (keptIn === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

/** TEST_REDIS_URL, else a redis-server from the PATH, else nothing. */
export async function startRedis(): Promise<Pick<RedisServer, 'url' | 'stop'> | undefined> {
  const given = process.env['TEST_REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined };
  if (spawnSync('redis-server', ['--version']).error) return undefined;
  return spawnRedis();
}
