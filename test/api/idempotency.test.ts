import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectClient, connectOldClient, post } from '../support/clients.ts';
import { startGitLab } from '../gitlab/server.ts';
import { toldIn } from '../support/told.ts';
import type { Told } from '../support/told.ts';
import { startWhole } from '../support/whole.ts';

/** The whole service in this process: the stand-in's journal says what was written. */

const alice = { 'X-GitLab-Token': 'glpat-alice' };

let gitlab: Awaited<ReturnType<typeof startGitLab>>;
let service: Awaited<ReturnType<typeof startWhole>>;

beforeEach(async () => {
  gitlab = await startGitLab();
  service = await startWhole({ GITLAB_API_URL: gitlab.apiUrl });
});

afterEach(async () => {
  await service.close();
  await gitlab.close();
});

interface Sent {
  /** The replica; the first one where it is not said. */
  readonly url?: string;
  readonly name?: string;
  readonly title?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call({ url = service.url, ...sent }: Sent): Promise<Told> {
  const { name = 'create_issue', title = 'T', meta, headers = alice } = sent;
  const args = name === 'create_issue' ? { project_id: 'team/app', title } : { project_id: 'team/app' };
  const params = { name, arguments: args, _meta: meta };
  const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers);
  return toldIn(await response.json());
}

const writes = (): number => gitlab.journal.entries().filter(({ method }) => method === 'POST').length;
const underKey = (key: unknown): Sent => ({ meta: { idempotencyKey: key } });
const underHeader = (key: string): Sent => ({ headers: { ...alice, 'Idempotency-Key': key } });

/** Under one key, by one caller, whose headers narrow what it may do. */
const narrowed = (headers: Readonly<Record<string, string>>): Sent => ({
  ...underKey('a'),
  headers: { ...alice, ...headers },
});
const toOne = narrowed({ 'X-GitLab-Allowed-Project-Ids': 'team/app' });
const OTHER_GRANTS = {
  isReplayed: false,
  text: expect.stringMatching(
    /^OUTCOME_UNKNOWN: This call was made before under its idempotency key, with other permissions.* Check with list_issues\./u,
  ),
};

describe('a write that is sent twice', () => {
  test.each<[string, Sent, Sent]>([
    ['_meta', underKey('a-1'), underKey('a-1')],
    ['the header', underHeader('"a-1"'), underHeader('"a-1"')],
    ['the header without quotes', underHeader('a-1'), underHeader('"a-1"')],
    ['the one and the other', underKey('a"1'), underHeader(String.raw`"a\"1"`)],
    ['both', { ...underKey('a-1'), ...underHeader('a-1') }, underKey('a-1')],
  ])('under one key in %s is written once', async (_, first, second) => {
    const one = await call(first);
    const other = await call(second);

    expect(one).toMatchObject({ isReplayed: false, text: expect.stringMatching(/^\{"id":/u) });
    expect(other).toEqual({ text: one.text, isReplayed: true });
    expect(writes()).toBe(1);
  });

  test.each<[string, Sent, Sent]>([
    ['without a key', {}, {}],
    ['under two keys', underKey('a'), underKey('b')],
    ['by two callers', underKey('a'), { ...underKey('a'), headers: { 'X-GitLab-Token': 'glpat-olga' } }],
  ])('%s is written twice', async (_, first, second) => {
    await call(first);
    await call(second);

    expect(writes()).toBe(2);
  });

  test('ten times at once under one key is written once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, async () => call(underKey('a'))));

    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(writes()).toBe(1);
  });

  test('with its answer lost gets the same word of it, and is not written again', async () => {
    gitlab.faults.add({ match: { method: 'POST' }, times: 1, fault: { kind: 'htmlAfter' } });
    const one = await call(underKey('a'));
    const other = await call(underKey('a'));

    expect(one.text).toMatch(/^OUTCOME_UNKNOWN/u);
    expect(other).toEqual({ text: one.text, isReplayed: true });
    expect(writes()).toBe(1);
  });

  test.each([
    ['the older protocol', connectOldClient],
    ['the protocol of 2026-07-28', connectClient],
  ])('under one key over %s is written once', async (_, connect) => {
    const client = await connect(service.url, alice);
    const params = {
      name: 'create_issue',
      arguments: { project_id: 'team/app', title: 'T' },
      _meta: { idempotencyKey: 'k' },
    };
    const [one, other] = [await client.callTool(params), await client.callTool(params)];
    await client.close();

    expect(other.content).toEqual(one.content);
    expect(other['_meta']).toMatchObject({ replayed: true });
    expect(writes()).toBe(1);
  });
});

const session = (id: string, others: Readonly<Record<string, string>> = {}): Sent => ({
  ...underKey('1'),
  headers: { 'mcp-session-id': id, ...others },
});

describe('under the shared token', () => {
  beforeEach(async () => {
    await service.close();
    service = await startWhole({ GITLAB_API_URL: gitlab.apiUrl, GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-alice' });
  });

  test('a key is that of its session', async () => {
    const told = [await call(session('a')), await call(session('b')), await call(session('a'))];

    expect(told.map(({ isReplayed }) => isReplayed)).toEqual([false, false, true]);
    expect(writes()).toBe(2);
  });

  test('an answer is told only to who may do the same', async () => {
    const first = await call(session('a'));
    const narrower = await call(session('a', { 'X-GitLab-Allowed-Project-Ids': '999' }));

    expect(first.text).toMatch(/^\{"id":/u);
    expect(narrower).toEqual(OTHER_GRANTS);
  });
});

describe('a write that is sent twice with grants', () => {
  test.each<[string, Sent, Sent]>([
    [
      'projects in another order',
      narrowed({ 'X-GitLab-Allowed-Project-Ids': 'team/app,team/lib' }),
      narrowed({ 'X-GitLab-Allowed-Project-Ids': 'team/lib, team/app,team/lib' }),
    ],
    [
      'toolsets in another order',
      narrowed({ 'X-MCP-Toolsets': 'issues,labels' }),
      narrowed({ 'X-MCP-Toolsets': 'labels,issues' }),
    ],
    ['said in words that take nothing away', underKey('a'), narrowed({ 'X-MCP-Toolsets': 'all' })],
  ])('%s is written once', async (_, first, second) => {
    const one = await call(first);
    const other = await call(second);

    expect(one.text).toMatch(/^\{"id":/u);
    expect(other).toEqual({ text: one.text, isReplayed: true });
    expect(writes()).toBe(1);
  });

  test.each<[string, Sent, Sent]>([
    ['narrower ones', underKey('a'), toOne],
    ['wider ones', toOne, underKey('a')],
    ['other toolsets', underKey('a'), narrowed({ 'X-MCP-Toolsets': 'issues' })],
  ])('and %s at the second time is refused with what to do, and written once', async (_, first, second) => {
    const one = await call(first);

    expect(await call(second)).toEqual(OTHER_GRANTS);
    expect(await call(first)).toEqual({ text: one.text, isReplayed: true });
    expect(writes()).toBe(1);
  });

  test.each<[string, Readonly<Record<string, string>>, Told | typeof OTHER_GRANTS]>([
    ['a toolset less', { USE_PIPELINE: 'false' }, OTHER_GRANTS],
    ['a list of projects', { GITLAB_ALLOWED_PROJECT_IDS: 'team/app' }, OTHER_GRANTS],
    ['a longer deadline', { CALL_TIMEOUT_MS: '50000' }, { text: expect.stringMatching(/^\{"id":/u), isReplayed: true }],
  ])('of a replica with %s is written once', async (_, env, told) => {
    const url = await service.join(env);
    await call(underKey('a'));

    expect(await call({ ...underKey('a'), url })).toEqual(told);
    expect(writes()).toBe(1);
  });
});

describe('an idempotency key', () => {
  test('that was used for another call is refused', async () => {
    await call(underKey('a'));
    const { text } = await call({ ...underKey('a'), title: 'U' });

    expect(text).toMatch(/^INVALID_ARGUMENTS: This idempotency key was used for another call/u);
    expect(writes()).toBe(1);
  });

  test.each<[string, Sent]>([
    ['is empty', underKey('')],
    ['is no text', underKey(7)],
    ['is too long', underKey('x'.repeat(256))],
    ['holds what cannot be printed', underKey('a\n')],
    ['differs between _meta and header', { ...underKey('a'), ...underHeader('b') }],
  ])('that %s is refused', async (_, sent) => {
    const { text } = await call(sent);

    expect(text).toMatch(/^INVALID_ARGUMENTS: .*dempotency/u);
    expect(writes()).toBe(0);
  });

  test('of a read means nothing', async () => {
    const read = { name: 'get_project', ...underKey('') };

    expect(await call(read)).toMatchObject({ isReplayed: false, text: expect.stringMatching(/^\{/u) });
  });
});
