import { describe, expect, test } from 'vitest';
import { checkArguments } from '../../src/tools/arguments.ts';
import { routeOf } from '../../src/tools/facts.ts';
import { tools } from '../../src/tools/index.ts';
import { listingOf } from '../../src/tools/listing.ts';
import { requestOf } from '../../src/tools/request.ts';

const all = [...tools.values()];

describe.each(all)('$name', (tool) => {
  test('is listed as agreed', async () => {
    await expect(`${JSON.stringify(listingOf(tool), null, 2)}\n`).toMatchFileSnapshot(`listings/${tool.name}.json`);
  });

  test('lists no union, which some clients refuse', () => {
    expect(JSON.stringify(listingOf(tool))).not.toMatch(/"(?:anyOf|oneOf|allOf)"/u);
  });

  test('says in one short sentence what it does', () => {
    expect(tool.summary).toMatch(/^[A-Z].{10,160}\.$/u);
  });

  test('refuses an argument that it does not declare', () => {
    expect(() => checkArguments(tool, { ...tool.examples[0], nonsense: 1 })).toThrow(/has no argument "nonsense"/u);
  });

  test('takes its own examples', () => {
    for (const example of tool.examples) expect(() => checkArguments(tool, example)).not.toThrow();
  });

  test('has a second example where it has optional arguments', () => {
    const { required = [], properties } = listingOf(tool).inputSchema;
    const hasOptional = Object.keys(properties).length > required.length;
    expect(tool.examples.length).toBeGreaterThanOrEqual(hasOptional ? 2 : 1);
  });

  test('has the effect that its method has', () => {
    const { method } = routeOf(tool.endpoint);
    if (method === 'GET') expect(tool.effect).toBe('read');
    else if (method === 'DELETE') expect(tool.effect).toBe('destructive');
    else expect(['write', 'destructive']).toContain(tool.effect);
  });

  test('names the tool that tells whether a lost write has happened', () => {
    if (tool.effect === 'read') expect(tool.verifyWith).toBeUndefined();
    else for (const name of [tool.verifyWith ?? ''].flat()) expect(tools.get(name)?.effect).toBe('read');
  });
});

describe.each(all.filter(({ run }) => run === undefined))('$name', (tool) => {
  test('asks GitLab what its examples say', () => {
    expect(tool.examples.map((example) => requestOf(tool, checkArguments(tool, example)))).toMatchSnapshot();
  });
});

test('every export is named as its tool', () => {
  for (const tool of all) expect(tool.name).toMatch(/^[a-z]+(?:_[a-z]+)*$/u);
});
