import { createKeyedHash } from './seal.ts';
import type { QueueSecrets } from './secret.ts';

type Hash = (label: string, value: string) => string;

const MOST_KEPT = 1000;

/**
 * A keyed hash that remembers what comes again with each call: of callers and tokens, which are in memory anyway while
 * they call. At most a thousand; the one that was asked for longest ago is forgotten first.
 */
export function rememberHashes(hash: Hash, labels: readonly string[], mostKept = MOST_KEPT): Hash {
  // A Map keeps the order of insertion.
  const known = new Map<string, string>();
  const remembered = new Set(labels);
  return (label, value) => {
    if (!remembered.has(label)) return hash(label, value);
    const name = `${label}:${value}`;
    const hashed = known.get(name) ?? hash(label, value);
    known.delete(name);
    known.set(name, hashed);
    const [oldest] = known.keys();
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
    return hashed;
  };
}

/** The keyed hash of a role. */
export const createRememberedHash = (secret: string, labels: readonly string[]): Hash =>
  rememberHashes(createKeyedHash(secret), labels);

/** One under each secret, the first one's first: for what must be known again while the secret changes. */
export type KeyedHashes = readonly [Hash, ...Hash[]];

/** The keyed hashes of a role; under the older secrets little is hashed. */
export const createKeyedHashes = ([secret, ...older]: QueueSecrets, labels: readonly string[]): KeyedHashes => [
  createRememberedHash(secret, labels),
  ...older.map(createKeyedHash),
];
