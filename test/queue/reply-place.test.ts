import { expect, test } from 'vitest';
import { createReplyPlace } from '../../src/queue/reply-place.ts';
import type { ReplyPlace } from '../../src/queue/reply-place.ts';

interface Bench extends ReplyPlace {
  /** What was handed on. */
  readonly taken: readonly string[];
  readonly push: (before: string, id: string, message?: string) => boolean;
  readonly find: (id: string, message: string) => void;
}

function open(): Bench {
  const taken: string[] = [];
  const place = createReplyPlace((message) => void taken.push(message.toString()));
  return {
    ...place,
    taken,
    push: (before, id, message) =>
      place.takePushed(Buffer.from(message === undefined ? `${before} ${id}` : `${before} ${id} ${message}`)),
    find: (id, message) => {
      place.takeFound(id, Buffer.from(message));
    },
  };
}

test('what is pushed is taken if it follows the last one that was pushed or found', () => {
  const { push, find, taken, arrived } = open();
  expect(push('', '1-0', 'one')).toBe(true);
  find('1-1', 'two');
  expect(push('1-1', '2-0', 'three and spaces')).toBe(true);
  expect(push('2-0', '2-1', '')).toBe(true);
  expect(taken).toEqual(['one', 'two', 'three and spaces', '']);
  expect(arrived()).toEqual(['1-0', '1-1', '2-0', '2-1']);
});

test('what is pushed after a gap is left to be found, and so is what is too large to be pushed', () => {
  const { push, find, taken } = open();
  push('', '1-0', 'one');
  expect(push('2-0', '3-0', 'three')).toBe(false);
  find('2-0', 'two');
  expect(push('2-0', '2-1')).toBe(false);
  expect(push('', '4-0', 'of an empty Redis')).toBe(false);
  expect(taken).toEqual(['one', 'two']);
});

test('what was pushed is not taken again where it is found, nor what was found where it is pushed late', () => {
  const { push, find, taken, deleted } = open();
  push('', '1-0', 'one');
  find('1-0', 'one');
  find('2-0', 'two');
  deleted(['1-0', '2-0']);
  expect(push('1-0', '2-0', 'two')).toBe(false);
  expect(push('2-0', '3-0', 'three')).toBe(true);
  expect(taken).toEqual(['one', 'two', 'three']);
});

test('what has arrived is told until it is deleted, of very much the oldest', () => {
  const { find, arrived, deleted } = open();
  const ids = Array.from({ length: 2500 }, (_, at) => `${String(at)}-0`);
  for (const id of ids) find(id, '');
  expect(arrived()).toEqual(ids.slice(0, 1000));
  expect(arrived()).toEqual(ids.slice(0, 1000));
  deleted(arrived());
  expect(arrived()).toEqual(ids.slice(1000, 2000));
});

test.each([
  ['64 messages', 64, 1],
  ['64 kB', 2, 32_768],
])('%s are much, until they are deleted', (_, count, bytes) => {
  const { find, arrived, isMuch, deleted } = open();
  for (let at = 1; at < count; at += 1) find(`${String(at)}-0`, 'm'.repeat(bytes));
  expect(isMuch()).toBe(false);
  find('100-0', 'm'.repeat(bytes));
  expect(isMuch()).toBe(true);
  deleted(arrived());
  expect(isMuch()).toBe(false);
});

test.each(['', 'words', ' ', 'more than two words'])(
  'what somebody else says on the channel, as "%s", is not taken',
  (words) => {
    const { takePushed, taken } = open();
    expect(takePushed(Buffer.from(words))).toBe(false);
    expect(taken).toEqual([]);
  },
);
