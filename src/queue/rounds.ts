/** What waits, by whose it is: one of each in turn, each one's own in the order in which they came. */
export interface Rounds<Item> {
  readonly add: (whose: string, item: Item) => void;
  /** Takes the next one out. */
  readonly next: () => Item | undefined;
  /** Takes this one out; false where it is not there any more. */
  readonly remove: (whose: string, item: Item) => boolean;
  readonly size: () => number;
}

export function createRounds<Item>(): Rounds<Item> {
  // Whose turn is next comes first; sets keep the order of insertion too.
  const waiting = new Map<string, Set<Item>>();
  let size = 0;
  const remove = (whose: string, item: Item): boolean => {
    const own = waiting.get(whose);
    if (own?.delete(item) !== true) return false;
    if (own.size === 0) waiting.delete(whose);
    size -= 1;
    return true;
  };
  return {
    add: (whose, item) => {
      const own = waiting.get(whose) ?? new Set<Item>();
      waiting.set(whose, own.add(item));
      size += 1;
    },
    next: () => {
      for (const [whose, own] of waiting) {
        for (const item of own) {
          remove(whose, item);
          if (waiting.delete(whose)) waiting.set(whose, own);
          return item;
        }
      }
      return undefined;
    },
    remove,
    size: () => size,
  };
}
