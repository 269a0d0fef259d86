import { setImmediate } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { gatherWrites } from '../../src/queue/gathered-writes.ts';

const texts = (chunks: readonly { readonly chunk: unknown }[]): string[] => chunks.map(({ chunk }) => String(chunk));

test('what is written in one turn of the event loop leaves together, in its order', async () => {
  const left: string[][] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      left.push(texts([{ chunk }]));
      done();
    },
    writev: (chunks, done) => {
      left.push(texts(chunks));
      done();
    },
  });
  let connected: Writable | undefined;
  const gather = gatherWrites(() => connected);
  gather();
  stream.write('before');
  connected = stream;
  gather();
  stream.write('one');
  gather();
  stream.write('two');
  expect(left).toEqual([['before']]);
  await setImmediate();
  gather();
  stream.write('three');
  await setImmediate();
  expect(left).toEqual([['before'], ['one', 'two'], ['three']]);
});
