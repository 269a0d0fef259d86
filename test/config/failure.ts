import { ConfigError } from '../../src/config/read.ts';

/** Why a configuration is refused. */
export function failureOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was taken');
}
