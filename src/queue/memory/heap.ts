/** A line in which whoever comes before all others is first, and which anyone may leave. */
export interface Heap<T extends object> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  delete(item: T): boolean;
  /** All of them, the first one first. */
  sorted(): T[];
}

interface HeapOptions<T> {
  /** A strict order; which of two equal items is first is left open. */
  readonly before: (left: T, right: T) => boolean;
}

/** A binary heap that knows where each item is, so that one taken out of the middle leaves nothing behind. */
export function createHeap<T extends object>({ before }: HeapOptions<T>): Heap<T> {
  const items: T[] = [];
  const positions = new Map<T, number>();

  function place(item: T, at: number): void {
    items[at] = item;
    positions.set(item, at);
  }

  /** Moves the gap at `at` towards the root until `item` fits into it. */
  function rise(item: T, at: number): number {
    const parentAt = Math.floor((at - 1) / 2);
    const parent = items[parentAt];
    if (parent === undefined || !before(item, parent)) return at;
    place(parent, at);
    return rise(item, parentAt);
  }

  /** Moves the gap at `at` towards the leaves until `item` fits into it. */
  function sink(item: T, at: number): number {
    const [left, right] = [items[2 * at + 1], items[2 * at + 2]];
    const isRight = left !== undefined && right !== undefined && before(right, left);
    const child = isRight ? right : left;
    if (child === undefined || !before(child, item)) return at;
    place(child, at);
    return sink(item, isRight ? 2 * at + 2 : 2 * at + 1);
  }

  return {
    get size() {
      return items.length;
    },
    push: (item) => {
      place(item, rise(item, items.length));
    },
    peek: () => items[0],
    delete: (item) => {
      const gap = positions.get(item);
      if (gap === undefined) return false;
      positions.delete(item);
      const last = items.pop();
      if (last !== undefined && last !== item) place(last, sink(last, rise(last, gap)));
      return true;
    },
    sorted: () => items.toSorted((left, right) => (before(left, right) ? -1 : 1)),
  };
}
