import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as z from 'zod';

type Headers = Readonly<Record<string, string>>;

const who = { name: 'test', version: '1.0.0' };

/** The SDK's client of 2026-07-28, which falls back to older servers. */
export async function connectClient(url: string, headers: Headers = {}, fetchAs = fetch): Promise<Client> {
  const client = new Client(who, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch: fetchAs }));
  return client;
}

/** The SDK's client before 2026-07-28. */
export async function connectOldClient(url: string, headers: Headers = {}, fetchAs = fetch): Promise<OldClient> {
  const client = new OldClient(who);
  const transport = new OldTransport(new URL(url), { requestInit: { headers }, fetch: fetchAs });
  await client.connect(transport);
  return client;
}

/** What a bare curl of the deployment guide sends. */
export async function post(url: string, body: unknown, headers: Headers = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

const blocks = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  isError: z.boolean().optional(),
});
const reply = z.object({
  result: blocks.optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

/** The texts of a tool's result, one after the other. */
export function textOf(result: unknown): string {
  return blocks
    .parse(result)
    .content.map(({ text }) => text ?? '')
    .join('\n');
}

/** One tools/call as a bare POST: its text, and whether it is an error. */
export async function callTool(
  url: string,
  call: { readonly name: string; readonly args?: Readonly<Record<string, unknown>>; readonly id?: number },
  headers: Headers = {},
): Promise<{ readonly text: string; readonly isError: boolean }> {
  const params = { name: call.name, arguments: call.args ?? {} };
  const response = await post(url, { jsonrpc: '2.0', id: call.id ?? 1, method: 'tools/call', params }, headers);
  const { result, error } = reply.parse(await response.json());
  if (error !== undefined) return { text: error.message, isError: true };
  return { text: textOf(result), isError: result?.isError === true };
}
