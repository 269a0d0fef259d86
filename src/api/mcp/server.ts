import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import type { McpRequestContext, ServerContext } from '@modelcontextprotocol/server';
import type { RegisteredTool } from '../../tools/index.ts';
import type { CallTool } from '../call.ts';
import { identityOf } from '../identity.ts';
import type { Listings } from '../listings.ts';
import { takesStream } from './accept.ts';
import { confirmReplyOf } from './confirm-reply.ts';
import { servePrompts } from './prompts.ts';

interface ServerOptions {
  readonly name: string;
  readonly version: string;
  readonly instructions: string;
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  /** The tools/list entries of these grants, made once. */
  readonly listings: Listings;
  readonly callTool: CallTool;
}

/** Makes a server for one request; without an era it is one of a client before 2026-07-28. */
export type BuildServer = (context: Partial<Pick<McpRequestContext, 'era' | 'authInfo'>>) => Server;

/** How long a client may keep a list of tools, in milliseconds: it changes only with a deployment. */
const LIST_CACHE = { ttlMs: 300_000, cacheScope: 'private' } as const;

/** Sends the call's progress to a client that asked for it, each value one higher than the last. */
function progressTo(context: ServerContext): (message: string) => void {
  const progressToken = context.mcpReq._meta?.progressToken;
  const takesIt = progressToken !== undefined && context.http?.req !== undefined && takesStream(context.http.req);
  if (!takesIt) return () => undefined;
  let progress = 0;
  return (message) => {
    progress += 1;
    const params = { progressToken, progress, message };
    context.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

/**
 * A low-level Server for one HTTP request over the one registry: McpServer would convert every schema anew for each
 * request (docs/decisions/0002).
 */
export function createServerBuilder(options: ServerOptions): BuildServer {
  const { name, version, instructions, tools, listings, callTool } = options;
  return ({ era, authInfo }) => {
    const server = new Server(
      { name, version },
      {
        capabilities: { tools: {}, prompts: {} },
        instructions,
        cacheHints: { 'tools/list': LIST_CACHE, 'prompts/list': LIST_CACHE },
      },
    );
    server.setRequestHandler('tools/list', (_request, context) => {
      const { canBeAsked } = confirmReplyOf(era, context);
      return { tools: [...listings(identityOf(authInfo).caller.grants, canBeAsked)] };
    });
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const identity = identityOf(authInfo);
      const tool = tools.get(params.name);
      // One that is switched off is refused, and written into the audit log, as any call that the policy refuses.
      if (tool === undefined) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name.slice(0, 100)}`);
      }
      const args = params.arguments ?? {};
      const { signal, _meta: meta } = context.mcpReq;
      const reply = confirmReplyOf(era, context);
      const idempotencyHeader = context.http?.req?.headers.get('idempotency-key') ?? undefined;
      const onProgress = progressTo(context);
      return callTool({ tool, args, identity, signal, reply, meta, idempotencyHeader, onProgress });
    });
    servePrompts(server, identityOf(authInfo).caller.grants);
    return server;
  };
}
