import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import * as z from 'zod';
import { acknowledged } from './acknowledged.ts';
import { run } from './run.ts';

/** What a linter says of a template. */
export interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly resource: string;
  readonly message: string;
}

const cfnLintReport = z.array(
  z.object({
    Filename: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
);

export function lintWithCfnLint(files: readonly string[]): Finding[] {
  const { stdout } = run('cfn-lint', ['--format', 'json', '--', ...files]);
  return cfnLintReport.parse(JSON.parse(stdout)).map(({ Filename, Message, Rule, Location }) => ({
    file: Filename,
    rule: Rule.Id,
    resource: String(Location.Path?.[1] ?? ''),
    message: Message,
  }));
}

/** Takes resolved templates: over conditions it needs minutes, and tells apart less. */
export function lintWithAwsValidator(files: readonly string[]): Finding[] {
  const engine = new RegoEngine();
  return files.flatMap((file) =>
    engine
      .validateStandard(new TemplateFile(file))
      .diagnostics.filter(({ severity }) => severity !== 'INFO')
      .map(({ ruleId, message, entity }) => ({ file, rule: ruleId, resource: entity?.logicalId ?? '', message })),
  );
}

const covers = ({ rule, resource }: (typeof acknowledged)[number], finding: Finding): boolean =>
  rule === finding.rule && (resource === undefined || resource === finding.resource);

/** What of the findings is new, and which acknowledgements have no finding any more. */
export function judge(findings: readonly Finding[]): string[] {
  const open = findings.filter((finding) => !acknowledged.some((known) => covers(known, finding)));
  const stale = acknowledged.filter((known) => !findings.some((finding) => covers(known, finding)));
  return [
    ...open.map(({ file, rule, resource, message }) => `${file}: ${rule} at ${resource}: ${message}`),
    ...stale.map(
      ({ rule, resource }) => `${rule} at ${resource ?? 'all'} is not found: take it out of acknowledged.ts`,
    ),
  ];
}
