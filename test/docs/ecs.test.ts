import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadTemplate } from '../../ecs/tools/template.ts';
import { metrics } from '../../src/metrics.ts';

const page = readFileSync('docs/ECS.md', 'utf8');
const example = readFileSync('ecs/params.example.env', 'utf8');
const service = loadTemplate(readFileSync('ecs/service.yaml', 'utf8'));
const network = loadTemplate(readFileSync('ecs/network.yaml', 'utf8'));

const settings = ['AWS_REGION', 'AWS_PROFILE', 'STACK_NAME', 'ECR_REPOSITORY', 'GITLAB_TOKEN_FILE', 'CREATE_NETWORK'];
// deploy.sh sets these two itself.
const ownParameters = Object.keys(service.Parameters).filter(
  (name) => !['ImageUri', 'SecretInRotation'].includes(name),
);

/** The first cells of the table under a heading whose rows begin with code. */
function rowsUnder(heading: string): string[] {
  const section = page.split(/^## /mu).find((text) => text.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `(\w+)`/gmu)].map(([, name = '']) => name);
}

describe('the example of parameters', () => {
  const lines = [...example.matchAll(/^(?:# (.+)\n)?(\w+)=(.*)$/gmu)].map(([, comment, name = '', value]) => ({
    comment,
    name,
    value,
  }));

  test('has every setting and parameter once, and nothing else', () => {
    const names = lines.map(({ name }) => name);

    expect(names.toSorted()).toEqual(
      [...settings, 'SMOKE_URL', ...ownParameters, ...Object.keys(network.Parameters)].toSorted(),
    );
  });

  test('has a comment for each', () => {
    expect(lines.filter(({ comment }) => comment === undefined)).toEqual([]);
  });

  test('has the defaults of the templates', () => {
    const defaults = Object.entries({ ...service.Parameters, ...network.Parameters })
      .filter(([name, { Default }]) => Default !== undefined && lines.some((line) => line.name === name))
      .map(([name, { Default }]) => `${name}=${String(Default)}`);

    expect(defaults.filter((line) => !`\n${example}`.includes(`\n${line}\n`))).toEqual([]);
  });
});

describe('the guide', () => {
  test('lists exactly the metrics that the API sends', () => {
    const listed = rowsUnder('Monitoring').filter((name) => !name.endsWith('Alarm'));

    expect(listed.toSorted()).toEqual(Object.keys({ ...metrics.gauges, ...metrics.events }).toSorted());
  });

  test('lists exactly the alarms of the stack', () => {
    const alarms = Object.entries(service.Resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
    const listed = rowsUnder('Monitoring').filter((name) => name.endsWith('Alarm'));

    expect(listed.toSorted()).toEqual(alarms.map(([name]) => name).toSorted());
  });

  test('names only parameters that there are', () => {
    const named = [...page.matchAll(/`([A-Z][a-z]\w*)=[^`]*`/gu)].map(([, name = '']) => name);

    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in { ...service.Parameters, ...network.Parameters }))).toEqual([]);
  });

  test('links to files that there are', () => {
    const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/gu)].map(([, path = '']) => path);

    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(`docs/${path}`))).toEqual([]);
  });

  test('gives each command block a path to run on, or a reason not to', () => {
    expect(page.indexOf('<!-- path: ')).toBeLessThan(page.indexOf('```sh'));
    expect([...page.matchAll(/^<!-- not run: (.*) -->\n\n(?!```sh)/gmu)]).toEqual([]);
  });
});
