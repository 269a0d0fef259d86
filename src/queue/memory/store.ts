import { createMemoryQueue } from './queue.ts';
import type { MemoryQueue } from './queue.ts';

/** What Redis is to the other processes: all queues of this one. */
export interface MemoryStore {
  /** The queue of that name, an empty one at first. */
  readonly queue: (qualifiedName: string) => MemoryQueue;
}

/** Make one per process and give it to every queue and worker; nothing of it outlives the process. */
export function createMemoryStore({ now = Date.now }: { readonly now?: () => number } = {}): MemoryStore {
  const queues = new Map<string, MemoryQueue>();
  return {
    queue: (qualifiedName) => {
      const known = queues.get(qualifiedName);
      if (known !== undefined) return known;
      const queue = createMemoryQueue({ now });
      queues.set(qualifiedName, queue);
      return queue;
    },
  };
}
