import type { Config } from '../config/settings.ts';
import { createForesight } from '../tools/foresight.ts';
import type { Foresee } from '../tools/foresight.ts';
import { createGates } from '../tools/gates.ts';
import { tools } from '../tools/index.ts';

/** What a call tells of its first request, as the workers see it: they have the same configuration. */
export function foresightOf(config: Config, hash: (label: string, value: string) => string): Foresee {
  const means = { apiUrl: config.GITLAB_API_URL, tools, hash };
  const gates = createGates({ ...means, limits: config.GITLAB_RATE_LIMITS, now: Date.now });
  return createForesight({ ...means, gates, isCaching: config.READ_CACHE !== 'off' });
}
