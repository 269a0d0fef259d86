import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { run } from './run.ts';
import type { Fields } from './value.ts';

/** What botocore says of a task definition as input of `aws ecs register-task-definition`; it asks no network. */
export function checkWithBotocore(name: string, definition: Fields): string[] {
  const noNetwork = ['--generate-cli-skeleton', 'output', '--region', 'eu-west-1'];
  const input = ['--cli-input-json', JSON.stringify(definition)];
  const { status, stdout } = run('aws', ['ecs', 'register-task-definition', ...noNetwork, ...input]);
  return status === 0 ? [] : [`${name}: ${stdout.trim()}`];
}

/** What the types of AWS's SDK say of task definitions, which knows the words that botocore does not check. */
export function checkWithSdkTypes(definitions: Readonly<Record<string, Fields>>): string[] {
  mkdirSync('dist', { recursive: true });
  const folder = mkdtempSync(join('dist', 'ecs-'));
  try {
    for (const [name, definition] of Object.entries(definitions))
      writeFileSync(join(folder, `${name}.ts`), source(definition));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { rootDir: '.' },
        include: ['*.ts'],
        exclude: [],
      }),
    );
    const { status, stdout } = run('npx', ['tsc', '-p', folder]);
    return status === 0 ? [] : [stdout.trim()];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A wrong word in a right place: botocore takes it, the types must not. */
const fault = { networkMode: 'awsvpcc' } as const satisfies Partial<
  Record<keyof RegisterTaskDefinitionCommandInput, string>
>;

/** The definition must fit, and with the fault in it must not, lest everything fits. */
function source(definition: Fields): string {
  return [
    `import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';`,
    `void (${JSON.stringify(definition)} satisfies RegisterTaskDefinitionCommandInput);`,
    '// @ts-expect-error -- no such network mode',
    `void (${JSON.stringify({ ...definition, ...fault })} satisfies RegisterTaskDefinitionCommandInput);`,
    '',
  ].join('\n');
}
