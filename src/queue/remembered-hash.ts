import { createKeyedHash } from './seal.ts';

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
