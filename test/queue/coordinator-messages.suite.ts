import { expect, test, vi } from 'vitest';
import { entry } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';

/** The messages of workers for one API replica. */
export function carriesReplies(current: () => Pair): void {
  test('arrives in order and byte for byte, also of 1 MB, also when it was sent before', async () => {
    const { api, worker } = current();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    const large = Buffer.concat(Array.from({ length: 4096 }, () => everyByte));
    const sent = [Buffer.from('early'), everyByte, large, Buffer.alloc(0), Buffer.from('last')];
    const [early = Buffer.of(), ...later] = sent;
    const arrived: Buffer[] = [];
    await worker.reply('api1', early);
    await api.receive('api1', (message) => void arrived.push(message));
    await Promise.all(later.map(async (message) => worker.reply('api1', message)));
    await vi.waitFor(() => {
      expect(arrived).toHaveLength(sent.length);
    });
    expect(Buffer.concat(arrived).equals(Buffer.concat(sent))).toBe(true);
    expect(arrived.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
  });

  test('comes only to the replica that it is for', async () => {
    const { api, worker } = current();
    const arrived: string[] = [];
    await api.receive('api1', (message) => void arrived.push(message.toString()));
    await worker.reply('api2', Buffer.from('not mine'));
    await worker.reply('api1', Buffer.from('mine'));
    await vi.waitFor(() => {
      expect(arrived).toEqual(['mine']);
    });
  });

  test('waits while nobody receives', async () => {
    const { api, worker } = current();
    const first: string[] = [];
    const second: string[] = [];
    const subscription = await api.receive('api1', (message) => void first.push(message.toString()));
    await subscription.close();
    await worker.reply('api1', Buffer.from('late'));
    await api.receive('api1', (message) => void second.push(message.toString()));
    await vi.waitFor(() => {
      expect({ first, second }).toEqual({ first: [], second: ['late'] });
    });
  });

  test('shows that its replica lives: receiving is a sign of life', async () => {
    const { api, worker } = current();
    await api.receive('api1', () => undefined);
    await expect(worker.enter(entry())).resolves.toEqual({ verdict: 'go' });
  });
}

/** What is told to every process. */
export function tellsListeners(current: () => Pair, verb: 'cancel' | 'announce'): void {
  const event = verb === 'cancel' ? 'onCancel' : 'onAnnounce';

  test('reaches every listener of every process until it is closed', async () => {
    const { api, worker } = current();
    const heard: string[] = [];
    await api[event]((text) => void heard.push(`api ${text}`));
    await worker[event]((text) => void heard.push(`worker ${text}`));
    const closed = await worker[event]((text) => void heard.push(`closed ${text}`));
    await closed.close();
    await api[verb]('one');
    await api[verb]('two');
    await vi.waitFor(() => {
      expect(heard.toSorted((a, b) => a.localeCompare(b))).toEqual(['api one', 'api two', 'worker one', 'worker two']);
    });
  });
}
