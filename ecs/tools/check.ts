import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, lintWithAwsValidator, lintWithCfnLint } from './findings.ts';
import type { Finding } from './findings.ts';
import { generatedFiles } from './generated.ts';
import { parameterSets } from './parameter-sets.ts';
import { resolve } from './resolve.ts';
import type { Resolved } from './resolve.ts';
import { checkWithBotocore, checkWithSdkTypes } from './task-definition-input.ts';
import { loadTemplate } from './template.ts';
import { fieldsOf } from './value.ts';
import type { Fields } from './value.ts';

/** Holds templates and task definitions against AWS's own tools, offline. Run from the repository's root. */

const service = loadTemplate(readFileSync('ecs/service.yaml', 'utf8'));
const network = loadTemplate(readFileSync('ecs/network.yaml', 'utf8'));

const resolved: Readonly<Record<string, Resolved>> = {
  ...Object.fromEntries(
    Object.entries(parameterSets).map(([name, parameters]) => [name, resolve(service, { parameters })]),
  ),
  network: resolve(network, { parameters: {} }),
  'network-whole': resolve(network, { parameters: { NatGatewayPerZone: 'true', CreateVpcEndpoints: 'true' } }),
};

/** Holds a size that Fargate has not, which a linter that works must find. */
function faulty(): Fields {
  const { template } = resolve(service, { parameters: parameterSets.public });
  const task = fieldsOf(template.Resources['ApiTask']);
  const Properties = { ...fieldsOf(task['Properties']), Cpu: '300' };
  return { ...template, Resources: { ...template.Resources, ApiTask: { ...task, Properties } } };
}

function lint(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'ecs-check-'));
  try {
    const write = (name: string, template: unknown): string => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(template, null, 2));
      return file;
    };
    const files = Object.entries(resolved).map(([name, { template }]) => write(name, template));
    const fault = write('faulty', faulty());
    const templates = ['ecs/service.yaml', 'ecs/network.yaml'];
    const byCfnLint = timed('cfn-lint', () => lintWithCfnLint([...templates, ...files, fault]));
    const byValidator = timed("AWS's validator", () => lintWithAwsValidator([...files, fault]));
    const blind = [byCfnLint, byValidator].filter((findings) => !findsSize(findings, fault));
    const findings = [...byCfnLint, ...byValidator].filter(({ file }) => file !== fault);
    return [...blind.map(() => 'a linter does not find the size 300'), ...judge(findings)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function findsSize(findings: readonly Finding[], fault: string): boolean {
  return findings.some(
    ({ file, resource, message }) => file === fault && resource === 'ApiTask' && /300/u.test(message),
  );
}

function checkTaskDefinitions(): string[] {
  const { 'ecs/task-definitions/api.json': api = {}, 'ecs/task-definitions/worker.json': worker = {} } =
    generatedFiles(service);
  const definitions = { api, worker };
  const isBlind = checkWithBotocore('faulty', { ...api, networkMod: 'awsvpc' }).length === 0;
  return [
    ...timed('botocore', () =>
      Object.entries(definitions).flatMap(([role, definition]) => checkWithBotocore(role, definition)),
    ),
    ...timed("types of AWS's SDK", () => checkWithSdkTypes(definitions)),
    ...(isBlind ? ['botocore takes a key that there is not'] : []),
  ];
}

function timed<Result>(name: string, check: () => Result): Result {
  const start = performance.now();
  const result = check();
  process.stdout.write(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return result;
}

const faults = [...lint(), ...checkTaskDefinitions()];
const sets = Object.keys(resolved).length;
process.stdout.write(`${String(sets)} resolved templates, 2 task definitions: ${String(faults.length)} faults\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
