import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { Server } from '@modelcontextprotocol/server';
import express from 'express';
import { Agent, request } from 'undici';
import * as z from 'zod';

/**
 * What the service is compared with: bare Express and the MCP SDK, a low-level Server per request, no session, no queue.
 * It asks GitLab directly and hands its answer on, with nothing that the service does besides.
 */

const { values } = parseArgs({ options: { gitlab: { type: 'string', default: '' } } });
const dispatcher = new Agent({ connections: 128 });
const input = z.object({ project_id: z.string(), issue_iid: z.number() });

async function getIssue(args: unknown, token: string): Promise<string> {
  const { project_id: project, issue_iid: iid } = input.parse(args);
  const url = `${values.gitlab}/projects/${encodeURIComponent(project)}/issues/${String(iid)}`;
  const { body } = await request(url, { dispatcher, headers: { authorization: `Bearer ${token}` } });
  return JSON.stringify(await body.json());
}

function serverFor(token: string): Server {
  const server = new Server({ name: 'baseline', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({
    tools: [{ name: 'get_issue', description: 'Read one issue.', inputSchema: { type: 'object' as const } }],
  }));
  server.setRequestHandler('tools/call', async ({ params }) => ({
    content: [{ type: 'text' as const, text: await getIssue(params.arguments, token) }],
  }));
  return server;
}

const app = express();
app.use(express.json());
app.post('/', async (incoming, response) => {
  const server = serverFor(incoming.get('X-GitLab-Token') ?? '');
  const transport = new NodeStreamableHTTPServerTransport();
  response.once('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(incoming, response, incoming.body);
});
const listener = app.listen(0, '127.0.0.1');
await once(listener, 'listening');
const address = listener.address();
if (address === null || typeof address === 'string') throw new Error('the baseline server has no port');
process.send?.({ url: `http://127.0.0.1:${String(address.port)}/` });
process.once('disconnect', () => process.exit(0));
