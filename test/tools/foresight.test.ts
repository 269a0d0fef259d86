import { describe, expect, test } from 'vitest';
import { cachedName } from '../../src/tools/cached-reads.ts';
import { createForesight, FORESEEN_LABELS } from '../../src/tools/foresight.ts';
import type { Foresee } from '../../src/tools/foresight.ts';
import { createGates } from '../../src/tools/gates.ts';
import { tools } from '../../src/tools/index.ts';
import { requestFor } from '../../src/tools/request.ts';

const apiUrl = 'https://gitlab.com/api/v4';
const hash = (label: string, value: string): string => `${label}: ${value}`;

function foreseeing(isCaching = true, used: (label: string) => void = () => undefined): Foresee {
  const noting = (label: string, value: string): string => {
    used(label);
    return hash(label, value);
  };
  const means = { apiUrl, tools, hash: noting };
  return createForesight({ ...means, gates: createGates({ ...means, limits: [], now: () => 0 }), isCaching });
}

const read = { tool: 'list_issues', args: { project_id: '7' }, token: 't' };
const write = { tool: 'create_issue', args: { project_id: '7', title: 'T' }, token: 't' };
const own = [`gate host: ${apiUrl}`, `gate token: ${apiUrl} t`];

describe('what a call tells of its first request', () => {
  test('is the gates and the name of the answer that its run will ask for', () => {
    const { host, gates, cached } = foreseeing()({ tool: 'get_project', args: { project_id: '7' }, token: 't' });
    expect(host).toBe(`host: ${apiUrl}`);
    expect(gates.map(({ key }) => key)).toEqual([...own, `gate token project: ${apiUrl} t`]);
    expect(cached).toBe(cachedName(hash, requestFor('GET /projects/:id', { id: 7 }), 't'));
  });

  test('is no name where nothing is kept: without the cache, past it, and of a write', () => {
    expect(foreseeing()(read).cached).toBeTypeOf('string');
    expect(foreseeing()({ ...read, noCache: false }).cached).toBeTypeOf('string');
    for (const foreseen of [foreseeing(false)(read), foreseeing()({ ...read, noCache: true }), foreseeing()(write)])
      expect(foreseen).not.toHaveProperty('cached');
  });

  test('has the gate of its endpoint class', () => {
    const { gates } = foreseeing()(write);
    expect(gates.map(({ key }) => key)).toEqual([...own, `gate token issues: ${apiUrl} t`]);
  });

  test.each([
    ['an unknown tool', { tool: 'no_such_tool', args: {}, token: 't' }],
    ['arguments that make no request', { tool: 'get_project', args: {}, token: 't' }],
  ])('is host and token for %s', (_, call) => {
    const { gates, cached } = foreseeing()(call);
    expect([gates.map(({ key }) => key), cached]).toEqual([own, undefined]);
  });

  test('is hashed under labels whose hashes are remembered', () => {
    const labels = new Set<string>();
    const foresee = foreseeing(true, (label) => void labels.add(label));
    // Once for each process.
    labels.clear();
    foresee(read);
    expect([...labels].filter((label) => !FORESEEN_LABELS.includes(label))).toEqual([]);
    expect(labels).toContain('cached resource');
  });
});
