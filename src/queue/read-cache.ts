/**
 * Keeps sealed answers of GitLab's for all workers, so that they need not be sent again where they have not changed. Two
 * implementations (Redis, one process) are held to one test suite. Any verb may fail: whoever uses it does without.
 */
export interface ReadCache {
  /** What is kept under a name; to ask for it is to use it. */
  get(name: string): Promise<Buffer | undefined>;
  /** Keeps an answer, unless it is too large, in place of the older one and of those that were not used for longest. */
  keep(name: string, answer: Buffer): Promise<void>;
  /**
   * Forgets the answers whose names begin with one of these, but not more than `mostRemoved` in one go: what is left is asked of GitLab
   * again by its ETag as everything else is. Names are keyed hashes.
   */
  drop(prefixes: readonly string[]): Promise<void>;
}

/** The numbers that both caches work with. */
export const cacheRules = {
  /** An answer that was not used for so long is forgotten. */
  unusedMs: 600_000,
  largestBytes: 262_144,
  /** Forgotten at most in one go, so that nobody is held up. */
  mostRemoved: 1000,
  /** What an answer takes in Redis beside its own bytes: its name in three places and what Redis adds. */
  overheadBytes: 512,
} as const;
