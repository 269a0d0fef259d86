import type { Extractor } from './extractor.ts';
import { createTerraformOutputs } from './terraform-outputs.ts';
import { createTerraformResources } from './terraform-resources.ts';

/** Resources and outputs together. */
export function createTerraformAll(maxBytes: number): Extractor {
  const parts = [createTerraformResources(maxBytes), createTerraformOutputs(maxBytes)];
  return {
    line(n, text) {
      for (const part of parts) part.line(n, text);
    },
    result: () => ({ facts: {}, lists: parts.flatMap((part) => part.result().lists) }),
  };
}
