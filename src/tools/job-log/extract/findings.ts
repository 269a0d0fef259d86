import type { Finding, FindingList } from './extractor.ts';

/** Keys and small facts are kept beyond the answer's budget, so that later lines can complete what is known. */
const keptBudgets = 8;

interface Findings<Kept extends Finding> {
  /** What is known under the key. */
  get(key: string): Kept | undefined;
  /** Keeps the finding; a new one is only counted when there is no room. */
  set(key: string, finding: Kept): void;
  list(): FindingList & { readonly items: readonly Kept[] };
}

/** Findings by key, in the order of their first mention. Of those without room every mention counts. */
export function createFindings<Kept extends Finding>(name: string, maxBytes: number): Findings<Kept> {
  const byKey = new Map<string, Kept>();
  let bytes = 0;
  let missed = 0;
  return {
    get: (key) => byKey.get(key),
    set(key, finding) {
      if (byKey.has(key)) {
        byKey.set(key, finding);
      } else if (bytes > maxBytes * keptBudgets) {
        missed += 1;
      } else {
        bytes += Buffer.byteLength(JSON.stringify(finding));
        byKey.set(key, finding);
      }
    },
    list: () => ({ name, items: [...byKey.values()], total: byKey.size + missed, keep: 'first' }),
  };
}
