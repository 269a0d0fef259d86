import { afterEach, describe, expect, test } from 'vitest';
import { wishesOf } from '../../src/api/wishes.ts';
import { startApiWith } from '../support/api.ts';
import { connectClient, connectOldClient, post, textOf } from '../support/clients.ts';

describe('what a call wants besides its answer', () => {
  test.each([
    [undefined, { noCache: false, isBulk: false }],
    [{}, { noCache: false, isBulk: false }],
    [
      { progressToken: 1, 'example.com/own': 'x' },
      { noCache: false, isBulk: false },
    ],
    [{ cache: 'no-cache' }, { noCache: true, isBulk: false }],
    [{ priority: 'bulk' }, { noCache: false, isBulk: true }],
    [{ priority: 'interactive' }, { noCache: false, isBulk: false }],
    [
      { cache: 'no-cache', priority: 'bulk' },
      { noCache: true, isBulk: true },
    ],
  ])('of %j is %j', (meta, expected) => {
    expect(wishesOf(meta)).toMatchObject(expected);
  });

  test('of a time limit is that limit, and none without it', () => {
    expect(wishesOf({ timeoutMs: 1500 }).timeoutMs).toBe(1500);
    expect(wishesOf({}).timeoutMs).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    [{ timeoutMs: 99 }, '_meta.timeoutMs must be a whole number of milliseconds, at least 100, or left out.'],
    [{ timeoutMs: '5000' }, '_meta.timeoutMs must be a whole number of milliseconds, at least 100, or left out.'],
    [{ cache: 'reload' }, '_meta.cache must be "no-cache", or left out.'],
    [{ cache: true }, '_meta.cache must be "no-cache", or left out.'],
    [{ cache: null }, '_meta.cache must be "no-cache", or left out.'],
    [{ priority: 'high' }, '_meta.priority must be "bulk" or "interactive", or left out.'],
    [{ priority: 1 }, '_meta.priority must be "bulk" or "interactive", or left out.'],
  ])('is refused as %j', (meta, words) => {
    expect(() => wishesOf(meta)).toThrow(`INVALID_ARGUMENTS: ${words}`);
  });
});

describe('over HTTP', () => {
  const stops: (() => Promise<void>)[] = [];

  afterEach(async () => {
    await Promise.all(stops.splice(0).map(async (stop) => stop()));
  });

  /** The API with a worker that says whether a call came without cache. */
  async function start(): Promise<string> {
    const api = await startApiWith(async ({ noCache }) => ({
      ok: true,
      content: [{ type: 'text', text: `no cache: ${String(noCache === true)}` }],
    }));
    stops.push(async () => api.close());
    return api.url;
  }

  const call = { name: 'get_issue', arguments: { project_id: 'team/app', issue_iid: 7 } };
  const noCache = { ...call, _meta: { cache: 'no-cache' } };

  test('a call ends at its own time limit where that is earlier', async () => {
    const api = await startApiWith(async ({ deadline }) => ({
      ok: true,
      content: [{ type: 'text', text: String(deadline - Date.now() <= 500) }],
    }));
    stops.push(async () => api.close());
    const client = await connectClient(api.url);
    expect(textOf(await client.callTool(call))).toBe('false');
    expect(textOf(await client.callTool({ ...call, _meta: { timeoutMs: 500 } }))).toBe('true');
    await client.close();
  });

  test('a client of 2026-07-28 reaches the worker with its wish', async () => {
    const client = await connectClient(await start());
    expect(textOf(await client.callTool(call))).toBe('no cache: false');
    expect(textOf(await client.callTool(noCache))).toBe('no cache: true');
    await client.close();
  });

  test('an older client does too', async () => {
    const client = await connectOldClient(await start());
    expect(textOf(await client.callTool(call))).toBe('no cache: false');
    expect(textOf(await client.callTool(noCache))).toBe('no cache: true');
    await client.close();
  });

  test('a bare POST does too, and hears what is wrong with its wish', async () => {
    const url = await start();
    const send = async (_meta: unknown): Promise<unknown> => {
      const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...call, _meta } });
      return response.json();
    };

    expect(await send({ cache: 'no-cache' })).toMatchObject({ result: { content: [{ text: 'no cache: true' }] } });
    expect(await send({ cache: 'maybe' })).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('_meta.cache must be "no-cache"') }] },
    });
  });
});
