import { deriveQueueSecret } from './seal.ts';

/** The first one seals, every one opens. */
export type QueueSecrets = readonly [string, ...string[]];

interface SecretSources {
  readonly given: string | undefined;
  readonly givenBefore: string | undefined;
  readonly authToken: string | undefined;
  readonly authTokenBefore: string | undefined;
  /** For one process that shares its queue with no other. */
  readonly random: () => string;
}

/**
 * What seals the calls: its own setting, else derived from the gate's token, so that two secrets are enough to deploy.
 * The secrets before them still open what is under way while the roles change.
 */
export function queueSecrets(sources: SecretSources): QueueSecrets {
  const { given, givenBefore, authToken, authTokenBefore, random } = sources;
  const derived = [authToken, authTokenBefore].filter((token) => token !== undefined).map(deriveQueueSecret);
  const [first = random(), ...older] = given === undefined ? derived : [given];
  return [first, ...older, ...(givenBefore === undefined ? [] : [givenBefore])];
}
