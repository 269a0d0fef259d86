import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { createRedisCoordinator } from '../../src/queue/coordinator-redis.ts';
import { spawnRedis } from '../support/redis-server.ts';
import { admission, entry } from './coordinator-bench.ts';
import { startProxy } from './coordinator-proxy.ts';
import { canSpawn, useOwnRedis } from './own-redis.ts';

describe.skipIf(!canSpawn)('the coordinator while Redis fails', () => {
  const own = useOwnRedis();
  const { start } = own;

  test('listeners hear what is told after their connection was killed', async () => {
    const worker = await start('worker');
    const heard: string[] = [];
    await worker.onCancel((callId) => void heard.push(callId));
    await worker.onAnnounce((key) => void heard.push(key));
    await own.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(async () => {
      await worker.cancel('call');
      await worker.announce('request');
      expect(new Set(heard)).toEqual(new Set(['call', 'request']));
    });
  });

  test("an API's commands fail at once when Redis is gone", async () => {
    const api = await start('api');
    await own.server.stop();
    const started = performance.now();
    await expect(api.admit(admission())).rejects.toThrow(Error);
    await expect(api.beat('api1')).rejects.toThrow(Error);
    expect(performance.now() - started).toBeLessThan(500);
    expect(api.isReady()).toBe(false);
  });

  test("an API's commands fail after two seconds when Redis is silent", async () => {
    const api = await start('api');
    own.server.child?.kill('SIGSTOP');
    const started = performance.now();
    await expect(api.admit(admission())).rejects.toThrow('did not answer in time');
    expect(performance.now() - started).toBeLessThan(2500);
  });

  test("a worker's commands wait for Redis to come back", async () => {
    const worker = await start('worker');
    await own.server.stop();
    const entered = worker.enter(entry());
    own.server = await spawnRedis(own.server.port);
    await expect(entered).resolves.toEqual({ verdict: 'orphan' });
  });

  test('a replica is ready again only when the new Redis knows that it lives', async () => {
    const api = await start('api');
    await api.receive('api1', () => undefined);
    await own.server.stop();
    await vi.waitFor(() => {
      expect(api.isReady()).toBe(false);
    });
    own.server = await spawnRedis(own.server.port);
    await api.onceReady();
    const alive = new Redis(own.server.url);
    await expect(alive.exists('{gitlab}:alive:api1')).resolves.toBe(1);
    alive.disconnect();
  });

  test('a replica is not ready while Redis refuses its sign of life, at the start and after a reconnect', async () => {
    const api = await start('api');
    await own.admin.acl('SETUSER', 'default', '-set');
    const received = api.receive('api1', () => undefined);
    await vi.waitFor(() => {
      expect(own.errors).toEqual([expect.stringMatching(/^Redis \(beat\): (?:NOPERM|ERR The user)/u)]);
    });
    expect(api.isReady()).toBe(false);
    await own.admin.acl('SETUSER', 'default', '+set');
    await api.beat('api1');
    await received;
    expect(api.isReady()).toBe(true);
    await own.admin.acl('SETUSER', 'default', '-set');
    await own.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await vi.waitFor(async () => {
      await expect(own.admin.info('errorstats')).resolves.toMatch(/(?:NOPERM:count=[2-9]|ERR:count=\d\d)/u);
      await api.leave(admission());
    });
    expect(api.isReady()).toBe(false);
  });

  test('an outage is told once, however many connections and retries it has, and the next one again', async () => {
    const api = await start('api');
    await api.receive('api1', () => undefined);
    await api.onCancel(() => undefined);
    await own.server.stop();
    await refuse(own.server.port, 8);
    expect(own.errors).toHaveLength(1);
    own.server = await spawnRedis(own.server.port);
    await api.onceReady();
    await own.server.stop();
    await refuse(own.server.port, 8);
    expect(own.errors).toHaveLength(2);
    expect(own.errors.filter((words) => !words.startsWith('Redis (gitlab-'))).toEqual([]);
  });

  test('a command that Redis refuses is told once, and does not hide the next outage', async () => {
    const api = await start('api');
    const heard: string[] = [];
    await api.receive('api1', (message) => void heard.push(message.toString('utf8', 0, 6)));
    await own.admin.acl('SETUSER', 'default', '-xrange');
    await vi.waitFor(
      async () => {
        await expect(own.admin.info('errorstats')).resolves.toMatch(/NOPERM:count=(?:[3-9]|\d{2,})/u);
      },
      { timeout: 5000 },
    );
    expect(own.errors).toEqual([expect.stringContaining('Redis (replies): NOPERM')]);
    await own.admin.acl('SETUSER', 'default', '+xrange');
    // Too large to be pushed: once it has arrived, Redis no longer refuses.
    await api.reply('api1', Buffer.from('answer'.padEnd(70_000)));
    await vi.waitFor(() => {
      expect(heard).toEqual(['answer']);
    });
    await own.server.stop();
    await vi.waitFor(() => {
      expect(own.errors).toEqual([expect.stringContaining('NOPERM'), expect.stringContaining('Redis (gitlab-')]);
    });
  });

  test.each(['gone', 'silent'] as const)(
    'closes at once when Redis is %s, and whoever waits is told',
    async (state) => {
      const api = await start('api');
      const worker = await start('worker');
      await api.receive('api1', () => undefined);
      await worker.onCancel(() => undefined);
      if (state === 'silent') own.server.child?.kill('SIGSTOP');
      else await own.server.stop();
      const entered = worker.enter(entry());
      const started = performance.now();
      await Promise.all([api.close(), worker.close()]);
      await expect(entered).rejects.toThrow('closed');
      expect(performance.now() - started).toBeLessThan(500);
    },
  );

  test('a coordinator that never reached Redis closes, and whoever waits for it is told', async () => {
    await own.server.stop();
    const api = createRedisCoordinator({ url: own.server.url, prefix: '{gitlab}', role: 'api', onError: own.onError });
    const [received] = await Promise.allSettled([api.receive('api1', () => undefined), api.close()]);
    expect(received).toMatchObject({ status: 'rejected' });
  });

  test('a write whose claim was answered into a broken connection is still its own when it asks again', async () => {
    const proxy = await startProxy(own.server.port);
    const worker = await start('worker', proxy.url);
    await worker.beat('api1');
    await worker.enter(entry({ kind: 'write' }));
    const lost = proxy.loseAnswers();
    const call = entry({ kind: 'write' });
    const entered = worker.enter(call);
    await lost;
    proxy.breakAll();
    await expect(entered).resolves.toEqual({ verdict: 'go' });
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'claimed' });
    expect(proxy.connections()).toBe(2);
    await worker.close();
    await proxy.close();
  });

  test('a demoted Redis is left: workers wait for the new primary, APIs fail until then', async () => {
    const api = await start('api');
    const worker = await start('worker');
    await api.receive('api1', () => undefined);
    await own.admin.replicaof('127.0.0.1', '1');
    const replied = worker.reply('api1', Buffer.from('answer'));
    await expect(api.admit(admission())).rejects.toThrow('READONLY');
    await vi.waitFor(() => {
      expect(api.isReady()).toBe(false);
    });
    await own.admin.replicaof('NO', 'ONE');
    await expect(replied).resolves.toBeUndefined();
    await api.beat('api1').catch(() => undefined);
    await api.onceReady();
    await expect(api.admit(admission())).resolves.toMatchObject({ admitted: true });
  });
});

/** Breaks so many connections to a port. */
async function refuse(port: number, connections: number): Promise<void> {
  const refused = new EventTarget();
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.resetAndDestroy();
    if (count === connections) refused.dispatchEvent(new Event('enough'));
  });
  const enough = once(refused, 'enough');
  server.listen(port, '127.0.0.1');
  await enough;
  server.close();
  await once(server, 'close');
}
