import { once } from 'node:events';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import {
  apiConnection,
  inspectRedis,
  openLink,
  redisAddress,
  reportOutages,
  withPassword,
  workerConnection,
} from '../../src/queue/redis.ts';

const redisUrl = inject('redisUrl');
const ignore = (): void => undefined;
const home = redisAddress('redis://localhost');

describe('the Redis URL', () => {
  test.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://10.0.0.7:6380/', { host: '10.0.0.7', port: 6380, db: 0 }],
    ['redis://cache.internal:6379/12', { host: 'cache.internal', port: 6379, db: 12 }],
    ['redis://:p%40ss%2Fword@cache:1', { host: 'cache', port: 1, db: 0, password: 'p@ss/word' }],
    ['redis://ann:secret@cache', { host: 'cache', port: 6379, db: 0, username: 'ann', password: 'secret' }],
    ['rediss://ann:secret@cache', { host: 'cache', port: 6379, db: 0, username: 'ann', password: 'secret', tls: {} }],
    ['redis://[::1]:7000/1', { host: '::1', port: 7000, db: 1 }],
    ['REDISS://Cache', { host: 'Cache', port: 6379, db: 0, tls: {} }],
  ])('%s is read', (url, address) => {
    expect(redisAddress(url)).toEqual(address);
  });
});

describe('a password of its own', () => {
  test.each([
    ['rediss://cache:6379', { host: 'cache', port: 6379, db: 0, password: 'p@ss/w%rd', tls: {} }],
    ['redis://ann@cache/2', { host: 'cache', port: 6379, db: 2, username: 'ann', password: 'p@ss/w%rd' }],
    ['redis://ann:other@cache', { host: 'cache', port: 6379, db: 0, username: 'ann', password: 'p@ss/w%rd' }],
  ])('goes into %s, as it is', (url, address) => {
    expect(redisAddress(withPassword(url, 'p@ss/w%rd'))).toEqual(address);
  });

  test('leaves the URL as it is where there is none', () => {
    expect(withPassword('redis://:secret@cache', undefined)).toBe('redis://:secret@cache');
  });
});

describe('a connection', () => {
  const readOnly = new Error("READONLY You can't write against a read only replica. script: abc, on @user_script:1.");

  test.each([
    ['an API reconnects and does not send again', apiConnection(home), 1],
    ['a worker reconnects and sends again', workerConnection(home), 2],
  ])('to a demoted Redis: %s', (_, options, reaction) => {
    expect(options.reconnectOnError(readOnly)).toBe(reaction);
    expect(options.reconnectOnError(new Error('WRONGTYPE Operation against a key'))).toBe(false);
  });

  test('of an API waits for nothing; of a worker for ever', () => {
    expect(apiConnection(home)).toMatchObject({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 1000,
    });
    expect(workerConnection(home)).toMatchObject({ maxRetriesPerRequest: null, connectTimeout: 1000 });
  });

  test('is tried again after growing pauses of at most a second', () => {
    const { retryStrategy } = workerConnection(home);
    expect([1, 2, 3, 4, 5, 50].map((times) => retryStrategy(times))).toEqual([100, 200, 400, 800, 1000, 1000]);
  });
});

describe('outages', () => {
  test('are told once, until every connection has recovered', () => {
    const told: string[] = [];
    const outage = reportOutages((error) => void told.push(error.message));
    outage.began('one', new Error('connect ECONNREFUSED'));
    outage.began('two', new Error('connect ECONNREFUSED'));
    outage.ended('one');
    outage.began('one', new Error('connect ECONNREFUSED'));
    outage.ended('one');
    outage.ended('two');
    outage.began('two', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }));
    expect(told).toEqual(['Redis (one): connect ECONNREFUSED', 'Redis (two): ECONNREFUSED']);
  });

  test('have one end, when the last connection has recovered', () => {
    const took: number[] = [];
    let now = 1000;
    const outage = reportOutages(
      ignore,
      (afterMs) => void took.push(afterMs),
      () => now,
    );
    outage.ended('one');
    outage.began('one', new Error('gone'));
    now = 1500;
    outage.began('two', new Error('gone'));
    outage.ended('one');
    expect(took).toEqual([]);
    now = 3000;
    outage.ended('two');
    outage.ended('two');
    expect(took).toEqual([2000]);
  });

  test('of connections that we close ourselves have none', () => {
    const took: number[] = [];
    const outage = reportOutages(ignore, (afterMs) => void took.push(afterMs));
    outage.began('one', new Error('gone'));
    outage.closed('one');
    outage.ended('one');
    expect(took).toEqual([]);
  });
});

describe.skipIf(redisUrl === '')('a link to a Redis that refuses the password', () => {
  test('shows the password in no error', async () => {
    const admin = new Redis(redisUrl);
    const user = `user-${String(process.pid)}`;
    await admin.acl('SETUSER', user, 'on', '>right', '~*', '+@all');
    onTestFinished(async () => {
      await admin.acl('DELUSER', user);
      admin.disconnect();
    });
    const told: Error[] = [];
    const outage = reportOutages((error) => void told.push(error));
    const address = { ...redisAddress(redisUrl), username: user, password: 'wrong-and-secret' };
    const link = openLink({ name: 'refused', options: workerConnection(address), outage });
    onTestFinished(() => {
      link.close();
    });
    const refusal: unknown = await link.run(async (client) => client.ping()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
    expect(told[0]?.message).toContain('WRONGPASS');
    expect(inspect([refusal, told], { depth: 9, showHidden: true })).not.toContain('wrong-and-secret');
  });

  test('names its connection, so that CLIENT LIST tells them apart', async () => {
    const link = openLink({
      name: 'named-link',
      options: apiConnection(redisAddress(redisUrl)),
      outage: reportOutages(() => undefined),
    });
    onTestFinished(() => {
      link.close();
    });
    await once(link.client, 'ready');
    await expect(link.run(async (client) => client.client('GETNAME'))).resolves.toBe('named-link');
  });
});

describe('the inspection of Redis', () => {
  test.each([
    ['redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\n', []],
    ['redis_version:8.2.1\nmaxmemory_policy:noeviction', []],
    ['redis_version:10.0.0\r\nmaxmemory_policy:noeviction', []],
    ['redis_version:6.2.14\r\nmaxmemory_policy:noeviction', ['Redis 6.2.14 is too old']],
    ['redis_version:6.0.16\r\nserver_name:valkey\r\nvalkey_version:9.0.0\r\nmaxmemory_policy:noeviction', []],
    ['redis_version:7.2.4\r\nmaxmemory_policy:volatile-lru', ['maxmemory-policy is volatile-lru']],
    ['redis_version:5.0.7\r\nmaxmemory_policy:allkeys-lru', ['Redis 5.0.7', 'maxmemory-policy is allkeys-lru']],
    ['# Server\r\n', ['Redis unknown is too old']],
  ])('of %j warns of what is wrong', async (info, warnings) => {
    const found = await inspectRedis({ info: async () => info });
    expect(found).toHaveLength(warnings.length);
    for (const [at, start] of warnings.entries()) expect(found[at]).toContain(start);
  });

  test.skipIf(redisUrl === '')('finds the test server sound', async () => {
    const client = new Redis(redisUrl);
    onTestFinished(() => {
      client.disconnect();
    });
    await expect(inspectRedis(client)).resolves.toEqual([]);
  });
});
