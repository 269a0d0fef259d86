import { createAwsAssets } from './aws-assets.ts';
import { createErrors } from './errors.ts';
import type { Extractor } from './extractor.ts';
import { createTerraformAll } from './terraform-all.ts';
import { createTerraformOutputs } from './terraform-outputs.ts';
import { createTerraformResources } from './terraform-resources.ts';
import { createTestResults } from './test-results.ts';

/** Every extractor by the name that callers use. */
export const extractors = {
  terraform_outputs: createTerraformOutputs,
  terraform_resources: createTerraformResources,
  terraform_all: createTerraformAll,
  aws_assets: createAwsAssets,
  errors: createErrors,
  test_results: createTestResults,
} as const satisfies Readonly<Record<string, (maxBytes: number) => Extractor>>;
