import { expect, test } from 'vitest';
import { createCancels, requestKey } from '../../src/api/mcp/cancels.ts';
import { createLog } from '../../src/log.ts';

const key = requestKey({ token: 'glpat-alice', sessionId: 'session', id: 1 });
const hashes = [(): string => 'hashed', (): string => 'with the older secret'] as const;
const failing = async (): Promise<never> => {
  throw new Error('Redis is gone');
};

test('a cancel is heard here although no other replica can be told, and the log says so', async () => {
  const output: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void output.push(line) } });
  const cancels = createCancels({ announce: failing, hashes, log });
  const { cancelledByClient } = cancels.listen(key);
  await cancels.cancel(key);
  await cancelledByClient;

  expect(output).toHaveLength(1);
  expect(output[0]).toMatch(/"level":"warn".*"msg":"a client's cancel is not heard by other replicas"/u);
});

test('a cancel is heard here before the other replicas are told of it', async () => {
  const told: string[] = [];
  const announce = async (words: string): Promise<void> => {
    await listening.cancelledByClient;
    told.push(words);
  };
  const cancels = createCancels({ announce, hashes, log: createLog({ level: 'off' }) });
  const listening = cancels.listen(key);
  await cancels.cancel(key);

  expect(told).toEqual(['hashed', 'with the older secret']);
});
