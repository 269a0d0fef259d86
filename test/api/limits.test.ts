import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createLimits } from '../../src/api/limits.ts';
import type { Limits } from '../../src/api/limits.ts';
import { Failure } from '../../src/errors.ts';
import { startApiWith } from '../support/api.ts';
import { callTool, connectClient, connectOldClient, post, textOf } from '../support/clients.ts';
import { alice, askFor, deleteIssue, postLeg } from '../support/confirm.ts';

const MINUTE = 60_000;

/** How long a refused caller is told to wait; nothing for one that is let in. */
function waitOf(limits: Limits, caller = 'ann'): number | undefined {
  try {
    limits.enter(caller);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'BUSY') throw error;
    return error.retryAfterMs;
  }
}

describe('calls of one caller', () => {
  test('are as many in any minute as allowed and not one more, whenever they come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat({ max: 9000 })), (perMinute, pauses) => {
        const clock = { now: 1_000_000 };
        const limits = createLimits({ perMinute, inFlight: Infinity, now: () => clock.now });
        const taken = pauses.flatMap((pause) => {
          clock.now += pause;
          return waitOf(limits) === undefined ? [clock.now] : [];
        });
        for (const end of taken) {
          expect(taken.filter((at) => at > end - MINUTE && at <= end).length).toBeLessThanOrEqual(perMinute);
        }
      }),
    );
  });

  test('are taken again after exactly the time that a refusal names', () => {
    const clock = { now: 1_003_000 };
    const limits = createLimits({ perMinute: 2, inFlight: Infinity, now: () => clock.now });
    waitOf(limits);
    waitOf(limits);
    const wait = waitOf(limits) ?? 0;
    clock.now += wait - 1;
    const early = waitOf(limits);
    clock.now += 1;

    expect(wait).toBeGreaterThan(MINUTE);
    expect(wait).toBeLessThanOrEqual(MINUTE + 10_000);
    expect([early, waitOf(limits)]).toEqual([1, undefined]);
  });

  test('do not count for another', () => {
    const limits = createLimits({ perMinute: 1, inFlight: Infinity, now: () => 0 });
    waitOf(limits, 'ann');

    expect([waitOf(limits, 'ben'), waitOf(limits, 'ann')]).toEqual([undefined, expect.any(Number)]);
  });

  test('are forgotten for those silent longest when there are very many callers', () => {
    const limits = createLimits({ perMinute: 1, inFlight: Infinity, now: () => 0 });
    for (let index = 0; index <= 10_000; index += 1) waitOf(limits, String(index));

    expect([waitOf(limits, '0'), waitOf(limits, '10000')]).toEqual([undefined, expect.any(Number)]);
  });
});

test('calls in flight are bounded for all, and one that ends makes room', () => {
  const limits = createLimits({ perMinute: 100, inFlight: 2, now: () => 0 });
  const leave = limits.enter('ann');
  limits.enter('ben');
  const full = waitOf(limits, 'cleo');
  leave();

  expect([full, waitOf(limits, 'cleo'), waitOf(limits, 'dan')]).toEqual([1000, undefined, 1000]);
});

const busy = z.object({ id: z.literal(7), error: z.object({ code: z.number(), message: z.string() }) });

const start = async (env: Readonly<Record<string, string>> = {}): ReturnType<typeof startApiWith> =>
  startApiWith(async () => ({ ok: true, content: [{ type: 'text', text: 'done' }] }), {
    MAX_CALLS_PER_MINUTE_PER_CALLER: '1',
    ...env,
  });

describe('a caller over its limit', () => {
  const call = { name: 'get_project', args: { project_id: 'team/app' } };
  const message = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: call.name, arguments: call.args } };
  const headers = { 'X-GitLab-Token': 'glpat-of-one-caller' };

  test('gets HTTP 429 with Retry-After where the answer is one JSON body', async () => {
    const api = await start();
    await callTool(api.url, call, headers);
    const response = await post(api.url, message, headers);
    const other = await callTool(api.url, call, { 'X-GitLab-Token': 'glpat-of-another' });
    await api.close();

    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(59);
    expect(busy.parse(await response.json()).error.message).toMatch(/^BUSY: .* call again in \d+ s\./u);
    expect(other).toEqual({ text: 'done', isError: false });
  });

  test('hears BUSY as the result of the tool where the answer is a stream, which SDK clients take', async () => {
    const api = await start();
    const client = await connectClient(`${api.url}/mcp`, headers);
    await client.callTool({ name: call.name, arguments: call.args });
    const result = await client.callTool({ name: call.name, arguments: call.args });
    await client.close();
    await api.close();

    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/^BUSY: You have made 1 calls in a minute/u);
  });

  test.each([
    ['of 2026-07-28', connectClient],
    ['of an older version', connectOldClient],
  ])('hears so too where a call is still to be confirmed, over an SDK client %s', async (_, connect) => {
    const api = await start({ DESTRUCTIVE_CONFIRM: 'argument' });
    const client = await connect(`${api.url}/mcp`, headers);
    await client.callTool(deleteIssue);
    const result = await client.callTool(deleteIssue);
    await client.close();
    await api.close();

    expect(textOf(result)).toMatch(/^BUSY: You have made 1 calls in a minute/u);
  });

  test('hears so too instead of a question, or a 429 where it takes no stream', async () => {
    const api = await start({ DESTRUCTIVE_CONFIRM: 'argument' });
    await askFor(api.url);
    const response = await postLeg(api.url);
    const text = await response.text();
    const bare = await postLeg(api.url, { headers: { ...alice, Accept: 'application/json' } });
    await api.close();

    expect([response.status, bare.status]).toEqual([200, 429]);
    expect(text).toMatch(/"BUSY: You have made 1 calls in a minute.*"isError":true/u);
  });
});

test('a URL of more than 2 kB is refused before anything looks at it', async () => {
  const api = await startApiWith(async () => ({ ok: true, content: [] }));
  const status = async (length: number): Promise<number> =>
    (await post(`${api.url}/mcp?${'x'.repeat(length)}`, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).status;
  const statuses = [await status(2000), await status(2048)];
  await api.close();

  expect(statuses).toEqual([200, 414]);
});
