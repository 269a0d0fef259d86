import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueueSecrets } from '../../src/queue/secret.ts';
import { startGitLab } from '../gitlab/server.ts';
import { post } from '../support/clients.ts';
import { alice, askFor, DELETED, postLeg, writesAt } from '../support/confirm.ts';
import { toldIn } from '../support/told.ts';
import type { Told } from '../support/told.ts';
import { startWhole } from '../support/whole.ts';

/** Two replicas of the API while the queue's secret is changed, and a worker that knows both secrets. */

const OLD = 'the-old-queue-secret-0123456789abcdef';
const NEW = 'the-new-queue-secret-0123456789abcdef';

const old: QueueSecrets = [OLD];
const learned: QueueSecrets = [OLD, NEW];
const changed: QueueSecrets = [NEW, OLD];
const ended: QueueSecrets = [NEW];

const neighbours: readonly (readonly [string, QueueSecrets, QueueSecrets])[] = [
  ['while all learn the new secret', old, learned],
  ['while the two change places', learned, changed],
  ['while the old one goes', changed, ended],
];
/** First at the one, then at the other. */
const steps = neighbours.flatMap(([step, one, other]) => [
  { step, way: 'forth', one, other },
  { step, way: 'back', one: other, other: one },
]);

let gitlab: Awaited<ReturnType<typeof startGitLab>>;
let service: Awaited<ReturnType<typeof startWhole>>;

beforeEach(async () => {
  gitlab = await startGitLab();
  const env = {
    GITLAB_API_URL: gitlab.apiUrl,
    GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-alice',
    DESTRUCTIVE_CONFIRM: 'argument',
    CALL_TIMEOUT_MS: '3000',
  };
  service = await startWhole(env, changed);
});

afterEach(async () => {
  await service.close();
  await gitlab.close();
});

const join = async (secrets: QueueSecrets): Promise<string> => service.join({}, secrets);

/** An issue is made under one key, by its own token where no session is named. */
async function create(url: string, headers: Readonly<Record<string, string>> = alice): Promise<Told> {
  const args = { project_id: 'team/app', title: 'T' };
  const params = { name: 'create_issue', arguments: args, _meta: { idempotencyKey: 'a' } };
  const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers);
  return toldIn(await response.json());
}

describe.each(steps)('$step, $way', ({ one, other }) => {
  test.each([
    ['own', alice],
    ['shared', { 'mcp-session-id': 'a' }],
  ])('a write under a key and the %s token is made once', async (_, headers) => {
    const [first, second] = [await join(one), await join(other)];
    const told = await create(first, headers);

    expect(told).toMatchObject({ isReplayed: false, text: expect.stringMatching(/^\{"id":/u) });
    expect(await create(second, headers)).toEqual({ ...told, isReplayed: true });
    expect(writesAt(gitlab)).toHaveLength(1);
  });

  test('a write that still runs is waited for', async () => {
    gitlab.faults.add({ match: { method: 'POST' }, times: 1, fault: { kind: 'slow', ms: 500 } });
    const urls = [await join(one), await join(other)];
    const told = await Promise.all(urls.map(async (url) => create(url)));

    expect(told.filter(({ isReplayed }) => isReplayed)).toHaveLength(1);
    expect(writesAt(gitlab)).toHaveLength(1);
  });

  test('a question is asked by the one, and its answer taken by the other', async () => {
    const state = await askFor(await join(one));
    await (await postLeg(await join(other), { state })).text();

    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test('a client cancels at the one what it asked the other', async () => {
    gitlab.faults.add({ match: { method: 'GET' }, fault: { kind: 'slow', ms: 2500 } });
    const [first, second] = [await join(one), await join(other)];
    const session = { ...alice, 'Mcp-Session-Id': 's' };
    const params = { name: 'get_project', arguments: { project_id: 'team/app' } };
    const answered = post(second, { jsonrpc: '2.0', id: 7, method: 'tools/call', params }, session);
    await expect.poll(() => gitlab.journal.entries().length).toBeGreaterThan(0);
    await post(first, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }, session);

    expect((await answered).status).toBe(499);
  });
});

describe('where a step is left out', () => {
  test('a write under a key is made once by who has the new secret at once', async () => {
    const [before, after] = [await join(old), await join(changed)];
    const told = await create(before);

    expect(await create(after)).toEqual({ ...told, isReplayed: true });
    expect(writesAt(gitlab)).toHaveLength(1);
  });

  test.each([
    ['the old one only, and was given under the new one', changed, old],
    ['the new one only, and was given under the old one', old, ended],
  ])('its answer is not read by who has %s', async (_, one, other) => {
    const [first, second] = [await join(one), await join(other)];
    await create(first);

    expect((await create(second)).text).toMatch(/^OUTCOME_UNKNOWN: .*its answer cannot be read any more/u);
    expect(writesAt(gitlab)).toHaveLength(1);
  });
});
