import { cacheRules } from './read-cache.ts';
import type { ReadCache } from './read-cache.ts';

interface MemoryReadCacheOptions {
  /** Of all answers together. */
  readonly maxBytes: number;
  readonly now: () => number;
}

interface Kept {
  readonly answer: Buffer;
  readonly usedAt: number;
}

const { unusedMs, largestBytes, overheadBytes, mostRemoved } = cacheRules;
const costOf = (answer: Buffer): number => answer.length + overheadBytes;

/** Keeps answers in this process, by the same rules as the cache in Redis. */
export function createMemoryReadCache({ maxBytes, now }: MemoryReadCacheOptions): ReadCache {
  // In the order of their use.
  const entries = new Map<string, Kept>();
  const total = { bytes: 0 };
  const remove = (name: string): void => {
    const kept = entries.get(name);
    if (kept === undefined) return;
    entries.delete(name);
    total.bytes -= costOf(kept.answer);
  };
  const put = (name: string, answer: Buffer): void => {
    remove(name);
    entries.set(name, { answer, usedAt: now() });
    total.bytes += costOf(answer);
  };
  const makeRoom = (bytes: number): void => {
    for (const [name, { usedAt }] of entries) {
      if (usedAt > now() - unusedMs && total.bytes + bytes <= maxBytes) return;
      remove(name);
    }
  };
  return {
    get: async (name) => {
      const kept = entries.get(name);
      if (kept === undefined || kept.usedAt <= now() - unusedMs) return undefined;
      put(name, kept.answer);
      return kept.answer;
    },
    keep: async (name, answer) => {
      remove(name);
      if (answer.length > largestBytes || costOf(answer) > maxBytes) return;
      makeRoom(costOf(answer));
      put(name, answer);
    },
    drop: async (prefixes) => {
      const found = [...entries.keys()].filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
      for (const name of found.slice(0, mostRemoved)) remove(name);
    },
  };
}
