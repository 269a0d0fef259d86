import { expect, test } from 'vitest';
import { createSeal, deriveQueueSecret } from '../../src/queue/seal.ts';
import { queueSecrets } from '../../src/queue/secret.ts';

const given = 'a-queue-secret-of-32-characters-or-so';
const before = 'the-queue-secret-that-was-used-before';
const random = (): string => 'random';
const nothing = { given: undefined, givenBefore: undefined, authToken: undefined, authTokenBefore: undefined, random };
const [now, then] = ['gate-now', 'gate-then'].map(deriveQueueSecret);

test.each([
  ['QUEUE_SECRET alone', { given, authToken: 'gate-now', authTokenBefore: 'gate-then' }, [given]],
  ['QUEUE_SECRET, then the one before', { given, givenBefore: before }, [given, before]],
  ['what is derived from the token of the gate', { authToken: 'gate-now' }, [now]],
  ['derived from both tokens of the gate', { authToken: 'gate-now', authTokenBefore: 'gate-then' }, [now, then]],
  ['derived, then a secret that was set before', { authToken: 'gate-now', givenBefore: before }, [now, before]],
  ['a random one for a process alone', {}, ['random']],
])('the secrets are %s', (_, sources, secrets) => {
  expect(queueSecrets({ ...nothing, ...sources })).toEqual(secrets);
});

test('an answer is sealed under the secret of its call, whichever is the first by now', () => {
  const old = createSeal({ secrets: ['old'] });
  const both = createSeal({ secrets: ['new', 'old'] });
  const call = old.seal('call', 'call:1');

  expect(old.open(both.seal('answer', 'answer:1', call), 'answer:1').toString()).toBe('answer');
  expect(() => old.open(both.seal('answer', 'answer:1'), 'answer:1')).toThrow('cannot be opened');
});

test('an answer to what nobody has sealed is sealed under the first secret', () => {
  const seal = createSeal({ secrets: ['new'] });

  expect(seal.open(seal.seal('answer', 'answer:1', Buffer.from('noise')), 'answer:1').toString()).toBe('answer');
});
