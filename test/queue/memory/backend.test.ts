import { createRedisBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, inject } from 'vitest';
import { memoryBackendFactory } from '../../../src/queue/memory/backend.ts';
import { createMemoryStore } from '../../../src/queue/memory/store.ts';
import { behavesLikeBullMq } from './backend.suite.ts';
import type { Place } from './bench.ts';

const redisUrl = inject('redisUrl');

describe('a queue in memory', () => {
  behavesLikeBullMq(inMemory());
});

describe.skipIf(redisUrl === '')('a queue in Redis', () => {
  behavesLikeBullMq(inRedis());
});

function inMemory(): Place {
  const store = createMemoryStore();
  return {
    connection: {},
    backend: memoryBackendFactory(store),
    leftovers: async (qualifiedName) => {
      const queue = store.queue(qualifiedName);
      const places = ['active', 'waiting', 'prioritized', 'delayed'] as const;
      return places.filter((name) => queue.count(name) > 0);
    },
  };
}

function inRedis(): Place {
  const constant = new Set(['meta', 'id', 'pc', 'events', 'marker', 'stalled-check']);
  return {
    connection: { url: redisUrl, maxRetriesPerRequest: null },
    backend: createRedisBackend,
    leftovers: async (qualifiedName) => {
      const client = new Redis(redisUrl);
      const keys = await client.keys(`${qualifiedName}:*`);
      client.disconnect();
      return keys.map((key) => key.slice(qualifiedName.length + 1)).filter((key) => !constant.has(key));
    },
  };
}
