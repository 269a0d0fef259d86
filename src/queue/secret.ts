import { deriveQueueSecret } from './seal.ts';

interface SecretSources {
  readonly given: string | undefined;
  readonly authToken: string | undefined;
  /** For one process that shares its queue with no other. */
  readonly random: () => string;
}

/** What seals the calls: its own setting, else derived from the gate's token, so that two secrets are enough to deploy. */
export function queueSecret({ given, authToken, random }: SecretSources): string {
  if (given !== undefined) return given;
  return authToken === undefined ? random() : deriveQueueSecret(authToken);
}
