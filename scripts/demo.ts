import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import * as z from 'zod';
import { spawnGitLab } from '../test/gitlab/spawn.ts';

/**
 * The service on a stand-in GitLab, and a real MCP client that asks what a person would ask. Ends by itself; with --keep
 * everything stays up.
 */

const AUTH_TOKEN = 'demo-gate-token-0123456789';
const say = (text = ''): void => void process.stdout.write(`${text}\n`);

const calls = [
  { why: 'Which projects are there?', name: 'list_projects', args: { namespace: 'team' } },
  { why: 'What is in the repository?', name: 'get_repository_tree', args: { project_id: 'team/app' } },
  { why: 'Read the README.', name: 'get_file_contents', args: { project_id: 'team/app', file_path: 'README.md' } },
  { why: 'What is open?', name: 'list_issues', args: { project_id: 'team/app', state: 'opened', per_page: 3 } },
  {
    why: 'Open an issue.',
    name: 'create_issue',
    args: { project_id: 'team/app', title: 'Login fails on Safari', labels: ['bug'], description: 'Since 1.2.' },
  },
];

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

const started = z.object({ msg: z.literal('API listens'), url: z.string() });

async function startService(apiUrl: string): Promise<Running> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    PORT: '0',
    GITLAB_API_URL: apiUrl,
    GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-alice',
    MCP_AUTH_TOKEN: AUTH_TOKEN,
  };
  const child = spawn(process.execPath, ['dist/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const said = started.safeParse(JSON.parse(line));
    if (!said.success) continue;
    child.stdout.resume();
    return {
      url: said.data.url,
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error('the service ended before it listened');
}

const answer = z.object({ content: z.array(z.object({ text: z.string() })), isError: z.boolean().optional() });
const MOST_SHOWN = 600;

async function ask(client: Client, { why, name, args }: (typeof calls)[number]): Promise<void> {
  say(`\n# ${why}`);
  say(`> ${name} ${JSON.stringify(args)}`);
  const begun = performance.now();
  const { content, isError } = answer.parse(await client.callTool({ name, arguments: args }));
  const text = content.map((block) => block.text).join('\n');
  say(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} … (${String(text.length)} characters)` : text);
  say(`(${(performance.now() - begun).toFixed(1)} ms)`);
  if (isError === true) throw new Error(`${name} failed`);
}

async function talk(url: string): Promise<void> {
  const client = new Client({ name: 'demo', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const headers = { 'X-MCP-Auth-Token': AUTH_TOKEN };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  const { tools } = await client.listTools();
  say(`${String(tools.length)} tools: ${tools.map(({ name }) => name).join(', ')}`);
  // One after the other, as a person would.
  for (const call of calls) await ask(client, call); // oxlint-disable-line no-await-in-loop -- see above
  await client.close();
}

async function untilStopped(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

const gitlab = await spawnGitLab();
const service = await startService(gitlab.apiUrl);
try {
  say(`Stand-in GitLab: ${gitlab.url}\nMCP server:      ${service.url}/mcp (API and worker in one process, no Redis)`);
  await talk(`${service.url}/mcp`);
  if (process.argv.includes('--keep')) {
    say(`\nEverything stays up until Ctrl-C. In another terminal:`);
    say(`claude mcp add --transport http gitlab ${service.url}/mcp --header "X-MCP-Auth-Token: ${AUTH_TOKEN}"`);
    await untilStopped();
  } else say('\nFive calls answered. npm run demo -- --keep leaves everything up for your own client.');
} finally {
  await service.stop();
  await gitlab.stop();
}
