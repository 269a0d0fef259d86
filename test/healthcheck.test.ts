import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../src/healthcheck.ts', import.meta.url));
const both = { REDIS_URL: 'redis://127.0.0.1:1', QUEUE_SECRET: 'a-secret-of-the-tests-that-is-long-enough' };

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A server in the place of API or worker; resolves with its port. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return String(address.port);
}

interface Result {
  readonly code: number;
  readonly words: string;
}

/** Runs the health check as the container does; only what is given is in its environment. */
async function check(role: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', script, ...role];
    const options = { env: { PATH: process.env['PATH'] ?? '', ...both, ...env } };
    const child = execFile(process.execPath, args, options, (_error, _output, words) => {
      resolve({ code: child.exitCode ?? -1, words });
    });
  });
}

const healthyAt =
  (path: string): RequestListener =>
  (request, response) => {
    response.writeHead(request.url === path ? 200 : 404).end();
  };

describe('the health check of a container', () => {
  test.each(['127.0.0.1', '0.0.0.0'])('asks the API that listens on %s at /health', async (HOST) => {
    const PORT = await serve(healthyAt('/health'));

    expect(await check(['api'], { HOST, PORT })).toEqual({ code: 0, words: '' });
  });

  test('asks a worker at its health port', async () => {
    const WORKER_HEALTH_PORT = await serve(healthyAt('/health'));

    expect(await check(['worker'], { WORKER_HEALTH_PORT })).toEqual({ code: 0, words: '' });
  });

  test('fails and says the status when the answer is not good', async () => {
    const PORT = await serve((_request, response) => {
      response.writeHead(503).end();
    });

    expect(await check(['api'], { PORT })).toEqual({
      code: 1,
      words: `http://127.0.0.1:${PORT}/health answered with 503\n`,
    });
  });

  test('fails where nobody listens', async () => {
    const result = await check(['worker'], { WORKER_HEALTH_PORT: '1' });

    expect(result).toEqual({ code: 1, words: 'connect ECONNREFUSED 127.0.0.1:1\n' });
  });

  test('fails within five seconds where no answer comes', async () => {
    const PORT = await serve(() => undefined);

    const { code, words } = await check(['api'], { PORT });

    expect(code).toBe(1);
    expect(words).toMatch(/abort/u);
  });

  test.each([{ role: [] }, { role: ['redis'] }])(
    'fails and asks for a role when it is given $role',
    async ({ role }) => {
      expect(await check(role)).toEqual({ code: 1, words: 'say whom to ask: healthcheck.js api, or worker\n' });
    },
  );

  test('fails with the words of the configuration where this cannot be used', async () => {
    const { code, words } = await check(['api'], { PORT: 'many' });

    expect(code).toBe(1);
    expect(words).toMatch(/^The configuration cannot be used/u);
  });
});
