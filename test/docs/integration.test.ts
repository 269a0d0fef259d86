import { readFileSync } from 'node:fs';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { blocksOf } from './page.ts';

const page = 'docs/INTEGRATION.md';
const url = 'https://mcp.example.com/mcp';

// A token is taken from a variable, an input or a store; it never stands in the file.
const kept = z.string().regex(/^\$\{.+\}$/u);
const headers = z.strictObject({ 'X-MCP-Auth-Token': kept, 'X-GitLab-Token': kept });
const mcpServers = z.strictObject({
  mcpServers: z.strictObject({
    gitlab: z.strictObject({ type: z.literal('http').optional(), url: z.literal(url), headers }),
  }),
});
const input = z.strictObject({
  type: z.literal('promptString'),
  id: z.string(),
  description: z.string(),
  password: z.literal(true),
});
const vsCode = z.strictObject({
  inputs: z.array(input),
  servers: z.strictObject({ gitlab: z.strictObject({ type: z.literal('http'), url: z.literal(url), headers }) }),
});
const continueDev = z.strictObject({
  name: z.string(),
  version: z.string(),
  schema: z.literal('v1'),
  mcpServers: z.tuple([
    z.strictObject({
      name: z.string(),
      type: z.literal('streamable-http'),
      url: z.literal(url),
      requestOptions: z.strictObject({ headers }),
    }),
  ]),
});

describe('the page for clients', () => {
  const [claude = '', cursor = '', code = '', ...more] = blocksOf(page, 'json');

  test('has one JSON file each for Claude Code, Cursor and VS Code', () => {
    expect(more).toEqual([]);
    expect(mcpServers.parse(JSON.parse(claude))).toHaveProperty('mcpServers.gitlab.type', 'http');
    expect(mcpServers.parse(JSON.parse(cursor))).not.toHaveProperty('mcpServers.gitlab.type');
    expect(vsCode.parse(JSON.parse(code)).inputs).toHaveLength(2);
  });

  test('asks VS Code’s user for exactly the inputs that it uses', () => {
    const { inputs, servers } = vsCode.parse(JSON.parse(code));

    expect(Object.values(servers.gitlab.headers)).toEqual(inputs.map(({ id }) => `\${input:${id}}`));
  });

  test('has one YAML file for Continue.dev', () => {
    const [yaml = '', ...others] = blocksOf(page, 'yaml');

    expect(others).toEqual([]);
    expect(continueDev.parse(parse(yaml)).mcpServers).toHaveLength(1);
  });

  test('shows no token in a command', () => {
    const commands = blocksOf(page, 'sh').join('\n');
    const values = [...commands.matchAll(/(?:X-MCP-Auth-Token|X-GitLab-Token|Bearer):? ([^"]+)"/gu)];

    expect(values.length).toBeGreaterThan(0);
    expect(values.filter(([, value]) => !/^\$(?:MCP_AUTH_TOKEN|GITLAB_TOKEN)$/u.test(value ?? ''))).toEqual([]);
  });
});

test('the versions of MCP are those that initialize agrees to', () => {
  const named = /begin with `initialize`: (?<versions>[^.]+)\./u.exec(readFileSync(page, 'utf8'))?.groups?.['versions'];

  expect(named?.split(/,\s+/u)).toEqual([...SUPPORTED_PROTOCOL_VERSIONS]);
});
