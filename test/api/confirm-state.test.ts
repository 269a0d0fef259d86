import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConfirm } from '../../src/api/confirm.ts';
import { startApi } from '../../src/api/start.ts';
import { readConfig } from '../../src/config/read.ts';
import { createLog } from '../../src/log.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import { createKeyedHash } from '../../src/queue/seal.ts';
import { createShutdown } from '../../src/shutdown.ts';
import { startWorker } from '../../src/worker/start.ts';
import { startGitLab } from '../gitlab/server.ts';
import { post } from '../support/clients.ts';
import { alice, askFor, DELETED, deleteIssue, deleteWith, postLeg, stateIn, writesAt } from '../support/confirm.ts';
import { toolNamed } from '../support/tool.ts';

/** Questions and the answers to them on the wire of 2026-07-28, at two replicas of the API on one queue. */

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const bob = { 'X-GitLab-Token': 'glpat-bob' };
const log = createLog({ level: 'off' });
const shutdown = createShutdown({ log, deadlineMs: 5000, exit: () => undefined });

let gitlab: Awaited<ReturnType<typeof startGitLab>>;
let url: string;
let otherUrl: string;

beforeAll(async () => {
  gitlab = await startGitLab();
  const env = { PORT: '0', GITLAB_API_URL: gitlab.apiUrl, DESTRUCTIVE_CONFIRM: 'argument', CALL_TIMEOUT_MS: '2000' };
  const parts = {
    config: readConfig('all', env),
    server: { name: 'go-mcp-gitlab', version: '1.2.3' },
    broker: createMemoryBroker(),
    secrets: [SECRET] as const,
    log,
    auditLog: log,
    metricsLog: log,
    shutdown,
    isAlone: false,
  };
  await startWorker(parts);
  url = await startApi(parts);
  otherUrl = await startApi(parts);
});

afterAll(async () => {
  await shutdown.run('test');
  await gitlab.close();
});

beforeEach(() => {
  gitlab.journal.clear();
});

type Leg = NonNullable<Parameters<typeof postLeg>[1]>;

/** Whether the server asks, instead of going on. */
const isAsked = async (leg: Leg): Promise<boolean> =>
  (await (await postLeg(url, leg)).text()).includes('"input_required"');

describe('the state of a question', () => {
  test('is refused with any of its bytes changed', async () => {
    const state = await askFor(url);
    const bent = Array.from(state, (sign, at) => {
      const other = String.fromCodePoint((sign.codePointAt(0) ?? 0) ^ 1);
      return state.slice(0, at) + other + state.slice(at + 1);
    });
    const answers = await Promise.all(bent.map(async (each) => isAsked({ state: each })));

    expect(answers).toEqual(bent.map(() => true));
    expect(writesAt(gitlab)).toEqual([]);
  });

  test.each<[string, (state: string) => Leg]>([
    ['empty', () => ({ state: '' })],
    ['cut', (state) => ({ state: state.slice(0, -1) })],
    ['longer', (state) => ({ state: `${state}.x` })],
    ['sent by another caller', (state) => ({ state, headers: bob })],
    ['sent with another issue', (state) => ({ state, call: deleteWith({ issue_iid: 2 }) })],
    ['sent with another project', (state) => ({ state, call: deleteWith({ project_id: 'team/lib' }) })],
    [
      'sent to another tool',
      (state) => ({ state, call: { name: 'delete_label', arguments: { project_id: 'team/app', label_id: 'bug' } } }),
    ],
    ['sent without an answer', (state) => ({ state, action: 'nonsense' })],
  ])('leads to a new question when it is %s', async (_, change) => {
    const state = await askFor(url);

    expect(await isAsked(change(state))).toBe(true);
    expect(writesAt(gitlab)).toEqual([]);
  });

  test('holds nothing of the call', async () => {
    expect(await askFor(url)).toMatch(/^[0-9a-f-]{36}\.\d{13}\.[\w-]{22}$/u);
  });

  test('is good for one call only', async () => {
    const state = await askFor(url);
    const answers = await Promise.all([1, 2, 3].map(async () => (await postLeg(url, { state })).text()));
    const refused = answers.filter((text) => text.includes('OUTCOME_UNKNOWN: This confirmation was used before'));

    expect(refused).toHaveLength(2);
    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test('is good at every replica, and still for one call only', async () => {
    const state = await askFor(url);
    await (await postLeg(otherUrl, { state })).text();

    expect(writesAt(gitlab)).toEqual(DELETED);

    const again = await (await postLeg(url, { state })).text();

    expect(again).toMatch(/OUTCOME_UNKNOWN|DEADLINE_EXCEEDED/u);
    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test('is worth nothing from an older client, whatever it declares', async () => {
    const requestState = await askFor(url);
    const inputResponses = { confirm: { action: 'accept', content: { confirm: true } } };
    const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
    const params = { ...deleteIssue, requestState, inputResponses, _meta: meta };
    const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, alice);

    expect(await response.text()).toMatch(/NOT_CONFIRMED: .*confirm=true/u);
    expect(writesAt(gitlab)).toEqual([]);
  });
});

describe('the answer to a call of 2026-07-28', () => {
  test('is one JSON body while it is a question, and a stream once the call is queued', async () => {
    const state = await askFor(url);
    const legs = [{}, { state }, { capabilities: {}, call: deleteWith({ confirm: true }) }];
    const answers = await Promise.all(legs.map(async (leg) => postLeg(url, leg)));
    await Promise.all(answers.map(async (answer) => answer.text()));

    expect(answers.map(({ headers }) => headers.get('content-type')?.split(';', 1)[0])).toEqual([
      'application/json',
      'text/event-stream',
      'text/event-stream',
    ]);
  });

  test.each([
    ['no elicitation', {}],
    ['elicitation by URL alone', { elicitation: { url: {} } }],
  ])('asks for the argument of a client with %s', async (_, capabilities) => {
    const answer = await (await postLeg(url, { capabilities })).text();

    expect(answer).toMatch(/NOT_CONFIRMED: delete_issue with .*confirm=true/u);
    expect(writesAt(gitlab)).toEqual([]);
  });
});

describe('a confirmation', () => {
  const clock = { ms: 1_800_000_000_000 };
  let last = 0;
  const make = (secret = SECRET): ReturnType<typeof createConfirm> =>
    createConfirm({
      asksFirst: () => true,
      hashes: [createKeyedHash(secret)],
      newId: () => `id-${String((last += 1))}`,
      now: () => clock.ms,
    });
  const call = {
    tool: toolNamed('delete_issue'),
    args: deleteIssue.arguments,
    token: 'glpat-someone',
  };
  const say = (confirm: ReturnType<typeof make>, answer: 'yes' | undefined, state: string | undefined): unknown => {
    const { ask, spend } = confirm({ ...call, reply: { canBeAsked: true, answer, state } });
    const question = ask(call.args);
    if (question === undefined) spend();
    return question;
  };

  test('is good for five minutes after the question', () => {
    const confirm = make();
    const [early, late] = [say(confirm, undefined, undefined), say(confirm, undefined, undefined)].map(stateIn);
    clock.ms += 299_999;

    expect(say(confirm, 'yes', early)).toBeUndefined();

    clock.ms += 1;

    expect(say(confirm, 'yes', late)).toMatchObject({ resultType: 'input_required' });
  });

  test('is never good twice, whenever it is used', () => {
    const confirm = make();
    const state = stateIn(say(confirm, undefined, undefined));
    say(confirm, 'yes', state);

    expect(() => say(confirm, 'yes', state)).toThrow(/used before/u);

    clock.ms += 299_999;

    expect(() => say(confirm, 'yes', state)).toThrow(/used before/u);
  });

  test('of a server with another secret is none', () => {
    const state = stateIn(say(make('another secret'), undefined, undefined));

    expect(say(make(), 'yes', state)).toMatchObject({ resultType: 'input_required' });
  });

  test('of one tool is none of another, with the same arguments too', () => {
    const confirm = make();
    const state = stateIn(say(confirm, undefined, undefined));
    const other = { ...call, tool: { ...call.tool, name: 'get_issue' } };
    const { ask } = confirm({ ...other, reply: { canBeAsked: true, answer: 'yes', state } });

    expect(ask(call.args)).toMatchObject({ resultType: 'input_required' });
  });

  test('gives the call the id under which it was asked about, so that workers write it once', () => {
    const confirm = make();
    const first = confirm({ ...call, reply: { canBeAsked: true, answer: undefined, state: undefined } });
    const state = stateIn(first.ask(call.args));

    expect(confirm({ ...call, reply: { canBeAsked: true, answer: 'yes', state } }).callId).toBe(first.callId);
  });

  test('is refused, not forgotten, when too many are remembered', () => {
    const confirm = make();
    const take = (): unknown => say(confirm, 'yes', stateIn(say(confirm, undefined, undefined)));
    for (let count = 0; count < 10_000; count += 1) take();

    expect(take).toThrow(/BUSY: /u);

    clock.ms += 300_000;

    expect(take()).toBeUndefined();
  });
});
