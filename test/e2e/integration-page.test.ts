import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf } from '../docs/page.ts';
import type { Service } from '../support/service.ts';
import { setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const commands = blocksOf('docs/INTEGRATION.md', 'sh').filter((block) => block.startsWith('curl '));
const MCP_AUTH_TOKEN = 'the-key-of-this-test';

const hasCurl = ['bash', 'curl'].every((name) => spawnSync(name, ['--version']).error === undefined);
if (!hasCurl) process.stderr.write('\n!!! SKIPPED: the commands of docs/INTEGRATION.md: they need bash and curl\n\n');

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await setStage(5);
  service = await stage.start('all', { REDIS_URL: '', MCP_AUTH_TOKEN, GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-alice' });
});

afterAll(async () => stage.stop());

test('the page for clients has six curl commands', () => {
  expect(commands).toHaveLength(6);
});

test.skipIf(!hasCurl).each(commands.map((command) => ({ command, name: command.slice(-90).trim() })))(
  'is answered as the page says: $name',
  async ({ command }) => {
    const env = { ...process.env, MCP_URL: service.url, MCP_AUTH_TOKEN, GITLAB_TOKEN: 'glpat-alice' };
    const curl = spawn('bash', ['-c', `${command.trimEnd()} --silent`], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const answer: unknown = JSON.parse(await text(curl.stdout));

    expect(answer).not.toHaveProperty('error');
    expect(answer).not.toHaveProperty('result.isError', true);
    if (command.includes('jsonrpc')) expect(answer).toHaveProperty('result');
    else expect(answer).toHaveProperty('status', command.includes('/ready') ? 'ready' : 'healthy');
  },
);
