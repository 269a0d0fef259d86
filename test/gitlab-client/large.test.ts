import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { answers, as, clientOf, closed, failureOf, get, serve } from './support.ts';
import type { ServerResponse } from 'node:http';
import type { Listener } from './support.ts';
import type { GitLabClient, Sending } from '../../src/gitlab/client.ts';

const MB = 1_000_000;
const LARGE = Buffer.alloc(30 * MB, 'a');
/** Far more than 30 MB take when nobody waits. */
const LONG_MS = 500;
const cancelled = { code: 'CANCELLED', acted: 'maybe' };

interface Talk {
  readonly client: GitLabClient;
  /** The answers begun, by path. */
  readonly open: Map<string, ServerResponse>;
  readonly closed: () => Promise<void>;
}

/** A GitLab that announces 30 MB and sends the first two; what lies under /small it answers at once. */
async function begin(options: { readonly bodyTimeoutMs?: number } = {}, packed: Listener = answers()): Promise<Talk> {
  const open = new Map<string, ServerResponse>();
  const { origin, sockets } = await serve((request, response) => {
    const { url = '' } = request;
    if (url.endsWith('/small')) return response.end('small');
    if (url.endsWith('/packed')) return packed(request, response);
    open.set(url.slice(-1), response);
    return response.writeHead(200, { 'content-length': LARGE.length }).write(LARGE.subarray(0, 2 * MB));
  });
  const client = clientOf(origin, { maxBodyBytes: 40 * MB, maxBytesInFlight: 40 * MB, ...options });
  return { client, open, closed: async () => closed(sockets) };
}

const text = async (client: GitLabClient, path: string, sending: Partial<Sending> = {}): Promise<number> => {
  const { body } = await client.send(get(path, { accept: 'text' }), as(sending));
  return String(body).length;
};

async function until(open: Talk['open'], ...paths: string[]): Promise<void> {
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual(paths);
  });
}

describe('a large answer', () => {
  test('waits unread while another one is held, and small ones do not', async () => {
    const { client, open } = await begin();
    const first = text(client, '/a');
    await until(open, 'a');
    const second = text(client, '/b');
    await until(open, 'a', 'b');
    open.get('b')?.end(LARGE.subarray(2 * MB));
    await sleep(LONG_MS);
    const small = await text(client, '/small');
    const isSent = open.get('b')?.writableFinished;
    open.get('a')?.end(LARGE.subarray(2 * MB));

    expect([small, await first, await second]).toEqual([5, LARGE.length, LARGE.length]);
    expect(isSent).toBe(false);
  });

  test('may wait for longer than GitLab may be silent', async () => {
    const { client, open } = await begin({ bodyTimeoutMs: 1000 });
    const first = text(client, '/a');
    await until(open, 'a');
    const second = text(client, '/b');
    await until(open, 'a', 'b');
    open.get('b')?.end(LARGE.subarray(2 * MB));
    for (let sent = 2; sent < 30; sent += 4) {
      open.get('a')?.write(LARGE.subarray(sent * MB, Math.min(30, sent + 4) * MB));
      await sleep(350); // oxlint-disable-line no-await-in-loop -- slowly
    }

    expect([await first, await second]).toEqual([LARGE.length, LARGE.length]);
  });

  test('that waits ends when its call does, and so does its connection', async () => {
    const talk = await begin();
    const first = text(talk.client, '/a');
    await until(talk.open, 'a');
    const cancel = new AbortController();
    const second = failureOf(talk.client.send(get('/b', { accept: 'bytes' }), as({ signal: cancel.signal })));
    await until(talk.open, 'a', 'b');
    await sleep(LONG_MS);
    cancel.abort();

    expect(await second).toMatchObject(cancelled);
    talk.open.get('a')?.end(LARGE.subarray(2 * MB));
    expect(await first).toBe(LARGE.length);
    await talk.client.close();
    await talk.closed();
  });

  test('that breaks off makes room for the next', async () => {
    const { client, open } = await begin();
    const first = failureOf(client.send(get('/a', { accept: 'bytes' }), as()));
    await until(open, 'a');
    const second = text(client, '/b');
    await until(open, 'a', 'b');
    open.get('b')?.end(LARGE.subarray(2 * MB));
    open.get('a')?.destroy();

    expect(await first).toMatchObject({ code: 'GITLAB_UNREACHABLE' });
    expect(await second).toBe(LARGE.length);
  });

  test('that a sink takes piece by piece does not wait', async () => {
    const { client, open } = await begin();
    const first = text(client, '/a');
    await until(open, 'a');
    const pieces: string[] = [];
    const second = text(client, '/b', { sink: { push: (piece) => void pieces.push(piece) } });
    await until(open, 'a', 'b');
    open.get('b')?.end(LARGE.subarray(2 * MB));
    await second;
    open.get('a')?.end(LARGE.subarray(2 * MB));

    expect([pieces.join('').length, await first]).toEqual([LARGE.length, LARGE.length]);
  });

  test('waits also where its few bytes become many only when they are unpacked', async () => {
    const packed = answers(gzipSync(LARGE.subarray(0, 10 * MB)), 200, { 'content-encoding': 'gzip' });
    const { client, open } = await begin({}, packed);
    const first = text(client, '/a');
    await until(open, 'a');
    const second = text(client, '/packed');
    const outcome = await Promise.race([second, sleep(LONG_MS, 'waits')]);
    open.get('a')?.end(LARGE.subarray(2 * MB));

    expect([outcome, await first, await second]).toEqual(['waits', LARGE.length, 10 * MB]);
  });
});
