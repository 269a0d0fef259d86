import { once } from 'node:events';
import express from 'express';
import type { RequestHandler } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { createFairStart } from '../../src/api/fair-start.ts';

const HEAVY = 40;

/** Holds requests until so many are there, and lets those of the heavy caller go on first. */
function holdUntil(count: number): RequestHandler {
  const held: { readonly isHeavy: boolean; readonly next: () => void }[] = [];
  return ({ headers }, _response, next) => {
    held.push({ isHeavy: headers['x-caller'] === 'heavy', next });
    if (held.length < count) return;
    const inOrder = held.toSorted((one, other) => Number(other.isHeavy) - Number(one.isHeavy));
    for (const { next: goOn } of inOrder) goOn();
  };
}

test('a light caller who comes last is begun among the first, and all of a burst are begun', async () => {
  const begun: string[] = [];
  const app = express();
  app.use(holdUntil(HEAVY + 1));
  app.use(createFairStart({ flowOf: ({ headers }) => String(headers['x-caller']), atOnce: 2 }));
  app.use(({ headers }, response) => {
    begun.push(String(headers['x-caller']));
    response.end();
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${String(address.port)}/`;
  const ask = async (caller: string): Promise<number> => (await fetch(url, { headers: { 'x-caller': caller } })).status;
  await Promise.all([ask('light'), ...Array.from({ length: HEAVY }, async () => ask('heavy'))]);
  expect(begun).toHaveLength(HEAVY + 1);
  // Two go on at once; then the turns go round.
  expect(begun.indexOf('light')).toBe(3);
});
