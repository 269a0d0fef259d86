/** The container's own health check, as `node dist/healthcheck.js api` or `… worker`; exit code 0 means healthy. */
import { get } from 'node:http';
import { readConfig } from './config/read.ts';
import type { Config } from './config/settings.ts';

/** Below the 5 s that the container's health check may take. */
const ANSWER_WITHIN_MS = 4000;

/** Who listens on all addresses listens on loopback too. */
const loopbackOf: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

function urlFor(role: 'api' | 'worker', config: Config): string {
  const host = role === 'worker' ? '127.0.0.1' : (loopbackOf[config.HOST] ?? config.HOST);
  const port = role === 'worker' ? config.WORKER_HEALTH_PORT : config.PORT;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}/health`;
}

/** Not by fetch, which refuses some ports and takes longer to load. */
async function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    request.once('error', reject);
  });
}

/** Resolves when the role is healthy. */
async function ask(role: string | undefined): Promise<void> {
  if (role !== 'api' && role !== 'worker') throw new Error('say whom to ask: healthcheck.js api, or worker');
  const url = urlFor(role, readConfig(role));
  const status = await statusOf(url);
  if (status !== 200) throw new Error(`${url} answered with ${String(status)}`);
}

try {
  await ask(process.argv[2]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
