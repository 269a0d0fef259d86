import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createTokenInfo } from '../../src/api/oauth/token-info.ts';
import type { AskTokenInfo } from '../../src/api/oauth/token-info.ts';
import { createLog } from '../../src/log.ts';

interface Bench {
  readonly ask: AskTokenInfo;
  readonly requests: readonly string[];
  readonly output: readonly string[];
}

/** An asker before a GitLab below the path /gitlab. */
async function createBench(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Bench> {
  const requests: string[] = [];
  const output: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  const { ask, close } = createTokenInfo({
    issuer: `http://127.0.0.1:${String(address.port)}/gitlab`,
    caPem: undefined,
    timeoutMs: 300,
    log: createLog({ level: 'debug', destination: { write: (line) => void output.push(line) } }),
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await close();
  });
  return { ask, requests, output };
}

const say = (status: number, body: unknown) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { 'Content-Type': 'application/json', Location: '/elsewhere' }).end(JSON.stringify(body));
};

const application = { uid: 'ours' };

test.each([
  ['of today', { application, scope: ['api'], scopes: ['api'], expires_in: 7200, expires_in_seconds: 7200 }, 7_200_000],
  ['with the old names only', { application, scope: ['api'], expires_in: 60 }, 60_000],
  ['with the new names only', { application, scopes: ['api'], expires_in_seconds: 60 }, 60_000],
  ['of a token without end', { application, scope: ['api'], expires_in: null, expires_in_seconds: null }, undefined],
])("reads GitLab's answer %s", async (_, body, expiresInMs) => {
  const { ask, requests } = await createBench(say(200, body));

  expect(await ask('secret-token')).toEqual({ application: 'ours', scopes: ['api'], expiresInMs });
  expect(requests).toEqual(['GET /gitlab/oauth/token/info Bearer secret-token']);
});

test('knows nothing of a token that GitLab answers with 401', async () => {
  const { ask } = await createBench(say(401, { error: 'invalid_token' }));

  expect(await ask('secret-token')).toBeUndefined();
});

test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
  ['a redirect, which is not followed', say(302, {})],
  ['a limit', say(429, {})],
  ['an error', say(500, {})],
  ['JSON of another kind', say(200, { application: 7 })],
  ['a page', (_request, response) => void response.end('<html>')],
  ['an endless answer', (_request, response) => void response.end('x'.repeat(100_000))],
  ['silence', () => undefined],
  ['a broken connection', (request) => void request.socket.destroy()],
])('says 503 after %s', async (_, answer) => {
  const { ask, requests, output } = await createBench(answer);

  await expect(ask('secret-token')).rejects.toMatchObject({
    status: 503,
    message: expect.stringMatching(/could not be asked/u),
  });
  expect(requests.every((line) => line.startsWith('GET /gitlab/oauth/token/info'))).toBe(true);
  expect(output.join('')).toMatch(/did not say whether an OAuth token is good/u);
  expect(output.join('')).not.toContain('secret-token');
});

test('asks again where a connection breaks', async () => {
  const breaks = [true, false];
  const { ask, requests } = await createBench((request, response) => {
    if (breaks.shift() === true) request.socket.destroy();
    else say(200, { application, scope: [], expires_in: 60 })(request, response);
  });

  expect(await ask('secret-token')).toMatchObject({ application: 'ours' });
  expect(requests).toHaveLength(2);
});
