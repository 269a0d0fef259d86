import { createRememberedHash } from '../queue/remembered-hash.ts';
import { FORESEEN_LABELS } from '../tools/foresight.ts';

/** The keyed hash of this role, which remembers what comes again with each call of a caller. */
export const createApiHash = (secret: string): ((label: string, value: string) => string) =>
  createRememberedHash(secret, ['caller', 'user', 'flow', ...FORESEEN_LABELS]);
