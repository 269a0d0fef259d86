import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import type { AuthInfo, McpHandlerRequestOptions, Server } from '@modelcontextprotocol/server';
import type { Request as HttpRequest, RequestHandler } from 'express';
import * as z from 'zod';
import type { Identity } from '../identity.ts';
import { authInfoOf } from '../identity.ts';
import { takesStream } from './accept.ts';
import type { Cancels } from './cancels.ts';
import { createLegacy } from './legacy.ts';

interface EdgeOptions {
  readonly build: (context: { readonly authInfo?: AuthInfo }) => Server;
  readonly identify: (request: HttpRequest) => Identity;
  readonly cancels: Cancels;
  readonly newSessionId: () => string;
}

/** Comments on a waiting stream, so that no balancer between takes it for dead. */
const KEEP_ALIVE_MS = 15_000;

const toolCall = z.object({ method: z.literal('tools/call') });

/** One endpoint for both eras of MCP: https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning */
export function createEdge({ build, identify, cancels, newSessionId }: EdgeOptions): RequestHandler {
  const legacy = createLegacy({ build, cancels, newSessionId, keepAliveMs: KEEP_ALIVE_MS });
  // A stream that is opened before the answer is there keeps a queued call alive; who takes no stream gets one JSON body.
  const whenNeeded = createMcpHandler(build, { legacy: 'reject', responseMode: 'auto', keepAliveMs: KEEP_ALIVE_MS });
  const atOnce = createMcpHandler(build, { legacy: 'reject', responseMode: 'sse', keepAliveMs: KEEP_ALIVE_MS });
  const fetch = async (request: Request, options: McpHandlerRequestOptions = {}): Promise<Response> => {
    const { parsedBody: body, authInfo } = options;
    if (await isLegacyRequest(request, body)) return legacy({ request, body, authInfo });
    const waits = takesStream(request) && toolCall.safeParse(body).success;
    return (waits ? atOnce : whenNeeded).fetch(request, options);
  };
  const node = toNodeHandler({ fetch });
  return async (request, response) => {
    await node(Object.assign(request, { auth: authInfoOf(identify(request)) }), response, request.body);
  };
}
