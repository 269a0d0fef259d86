import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { server } from '../../src/config/version.ts';

test('the server is named go-mcp-gitlab and has the version of package.json', () => {
  expect(server.name).toBe('go-mcp-gitlab');
  expect(readFileSync('package.json', 'utf8')).toContain(`"version": "${server.version}"`);
});
