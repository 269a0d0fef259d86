import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/errors.ts';
import type { FailureCode } from '../../src/errors.ts';
import type { Question } from '../../src/queue/question.ts';
import { caller, failed, grants, queue, said, settle } from './single-flight-bench.ts';
import type { Sent } from './single-flight-bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('who asks the same at the same time shares one question and its answer', async () => {
  const { ask, sent } = queue();
  const askers = [ask(), ask({ caller: { ...caller, id: 'bob' } }), ask()];
  await settle();
  sent[0]?.answer(said('seven'));
  await settle();

  expect(sent.map(({ question }) => question.callId)).toEqual(['call1']);
  expect(askers.map(({ outcome }) => outcome())).toEqual(['seven', 'seven', 'seven']);
});

test('who asks after the answer asks anew', async () => {
  const { ask, sent } = queue();
  ask();
  await settle();
  sent[0]?.answer(said('old'));
  await settle();
  ask();
  await settle();

  expect(sent).toHaveLength(2);
});

const twice = { issue_iid: 7, project_id: 'team/app' };
test.each<[string, Partial<Question>, number]>([
  ['arguments in another order', { args: twice }, 1],
  ['another argument', { args: { ...twice, issue_iid: 8 } }, 2],
  ['a number in place of a text', { args: { ...twice, project_id: 7 } }, 2],
  ['another tool', { tool: 'get_project' }, 2],
  ['another token', { token: 'other' }, 2],
  ['a token from elsewhere', { caller: { ...caller, tokenFrom: 'X-GitLab-Token' } }, 2],
  ['other grants', { caller: { ...caller, grants: { ...grants, allowedProjects: [['7']] } } }, 2],
  ['another caller', { caller: { ...caller, id: 'bob' } }, 1],
  ['another call id and deadline', { callId: 'x', deadline: 9e12 }, 1],
  ['a bulk call', { isBulk: true }, 2],
  ['a call that is no bulk call', { isBulk: false }, 1],
  ['no cache', { noCache: true }, 2],
  ['a write', { kind: 'write' }, 2],
])('with %s the same call makes, of two, questions: %j', async (_, changes, questions) => {
  const { ask, sent } = queue();
  ask();
  ask(changes);
  await settle();

  expect(sent).toHaveLength(questions);
});

test.each<[string, Partial<Question>]>([
  ['reads without cache', { noCache: true }],
  ['writes', { kind: 'write' }],
])('%s never share', async (_, changes) => {
  const { ask, sent } = queue();
  ask(changes);
  ask(changes);
  await settle();

  expect(sent).toHaveLength(2);
});

describe('after a write', () => {
  const write = { kind: 'write', tool: 'update_issue' } as const;

  test.each<[string, (write: Sent) => void]>([
    [
      'succeeded',
      ({ answer }) => {
        answer(said('written'));
      },
    ],
    [
      'failed',
      ({ answer }) => {
        answer(failed('OUTCOME_UNKNOWN'));
      },
    ],
    [
      'was lost',
      ({ fail }) => {
        fail(new Error('x'));
      },
    ],
  ])('that %s nobody joins an older read', async (_, end) => {
    const { ask, sent } = queue();
    const before = ask();
    ask(write);
    await settle();
    const [old, writing] = sent;
    if (writing !== undefined) end(writing);
    await settle();
    const after = [ask(), ask()];
    await settle();
    old?.answer(said('old'));
    sent[2]?.answer(said('new'));
    await settle();

    expect(sent).toHaveLength(3);
    expect([before, ...after].map(({ outcome }) => outcome())).toEqual(['old', 'new', 'new']);
  });

  test('elsewhere, of which this replica hears, nobody joins an older read', async () => {
    const { ask, sent, flight } = queue();
    ask();
    await settle();
    flight.touched();
    ask();
    await settle();

    expect(sent).toHaveLength(2);
  });

  test('an older read that ends does not end the sharing of the newer one', async () => {
    const { ask, sent, flight } = queue();
    ask();
    flight.touched();
    ask();
    await settle();
    sent[0]?.answer(said('old'));
    await settle();
    ask();
    await settle();

    expect(sent).toHaveLength(2);
  });
});

describe('a failure', () => {
  const failures: readonly [FailureCode, 'shared' | 'its own'][] = [
    ['GITLAB_NOT_FOUND', 'shared'],
    ['GITLAB_FAILED', 'shared'],
    ['INTERNAL', 'shared'],
    ['DEADLINE_EXCEEDED', 'shared'],
    ['GITLAB_RATE_LIMITED', 'shared'],
    ['BUSY', 'its own'],
    ['CANCELLED', 'its own'],
    ['SHUTTING_DOWN', 'its own'],
  ];

  test.each(failures)('%s is %s, as an answer', async (code, whose) => {
    const { ask, sent } = queue();
    const askers = [ask(), ask(), ask()];
    await settle();
    sent[0]?.answer(failed(code));
    await settle();
    sent[1]?.answer(said('seven'));
    await settle();
    const others = whose === 'shared' ? code : 'seven';

    expect(askers.map(({ outcome }) => outcome())).toEqual([code, others, others]);
    expect(sent.map(({ question }) => question.callId)).toEqual(whose === 'shared' ? ['call1'] : ['call1', 'call2']);
  });

  test.each(failures)('%s is %s, thrown', async (code, whose) => {
    const { ask, sent } = queue();
    const askers = [ask(), ask()];
    await settle();
    sent[0]?.fail(new Failure(code, 'x'));
    await settle();
    sent[1]?.answer(said('seven'));
    await settle();

    expect(askers.map(({ outcome }) => outcome())).toEqual([code, whose === 'shared' ? code : 'seven']);
  });

  test.each<[FailureCode, number, boolean]>([
    ['DEADLINE_EXCEEDED', 1000, false],
    ['DEADLINE_EXCEEDED', 1001, true],
    ['GITLAB_RATE_LIMITED', 1000, false],
    ['GITLAB_RATE_LIMITED', 1001, true],
    ['GITLAB_FAILED', 30_000, false],
  ])('%s: who has %i ms more time asks again: %s', async (code, moreMs, asksAgain) => {
    const { ask, sent } = queue();
    const deadline = Date.now() + 5000;
    ask({ deadline });
    ask({ deadline: deadline + moreMs });
    await settle();
    sent[0]?.answer(failed(code));
    await settle();

    expect(sent).toHaveLength(asksAgain ? 2 : 1);
  });

  test('an error that nobody foresaw is shared', async () => {
    const { ask, sent } = queue();
    const askers = [ask(), ask()];
    await settle();
    sent[0]?.fail(new TypeError('x'));
    await settle();

    expect(askers.map(({ outcome }) => outcome())).toEqual(['not a failure', 'not a failure']);
  });
});
