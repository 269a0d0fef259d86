/** A map whose entries end by themselves. */
export interface Expiring<V> {
  get(key: string): V | undefined;
  /** Never shortens the life of an entry. */
  set(key: string, value: V, lifeMs: number): void;
  delete(key: string): void;
  keys(): readonly string[];
  tidy(): void;
  size(): number;
  clear(): void;
}

export function createExpiring<V>(clock: () => number): Expiring<V> {
  const entries = new Map<string, { readonly value: V; readonly until: number }>();
  const live = (key: string): { readonly value: V; readonly until: number } | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && entry.until > clock() ? entry : undefined;
  };
  return {
    get: (key) => live(key)?.value,
    set: (key, value, lifeMs) => {
      entries.set(key, { value, until: Math.max(live(key)?.until ?? 0, clock() + lifeMs) });
    },
    delete: (key) => void entries.delete(key),
    keys: () => [...entries.keys()],
    tidy: () => {
      for (const key of entries.keys()) if (live(key) === undefined) entries.delete(key);
    },
    size: () => entries.size,
    clear: () => {
      entries.clear();
    },
  };
}
