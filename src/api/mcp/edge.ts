import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import type { McpHandlerRequestOptions } from '@modelcontextprotocol/server';
import type { Request as HttpRequest, RequestHandler } from 'express';
import * as z from 'zod';
import type { Identity } from '../identity.ts';
import { authInfoOf, identityOf } from '../identity.ts';
import { errorBody, INVALID_REQUEST } from '../json-rpc.ts';
import { takesStream } from './accept.ts';
import type { Cancels } from './cancels.ts';
import { CONFIRM } from './confirm-reply.ts';
import { createLegacy } from './legacy.ts';
import type { OnClosed } from './legacy.ts';
import type { BuildServer } from './server.ts';
import { goneSignalOf, sendWeb, webRequest } from './web.ts';

interface EdgeOptions {
  readonly build: BuildServer;
  readonly identify: (request: HttpRequest) => Identity;
  readonly cancels: Cancels;
  readonly newSessionId: () => string;
  /** Whether the calls of a tool are confirmed, by its name. */
  readonly asksFirst: (name: string) => boolean;
}

/** Comments on a waiting stream, so that no balancer between takes it for dead. */
const KEEP_ALIVE_MS = 15_000;

const toolCall = z.object({
  method: z.literal('tools/call'),
  params: z.object({
    name: z.string(),
    arguments: z.looseObject({ [CONFIRM]: z.unknown().optional() }).optional(),
    requestState: z.unknown().optional(),
  }),
});

/** One endpoint for both eras of MCP: https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning */
export function createEdge({ build, identify, cancels, newSessionId, asksFirst }: EdgeOptions): RequestHandler {
  const legacy = createLegacy({ build, cancels, newSessionId, keepAliveMs: KEEP_ALIVE_MS });
  // A stream that is opened before the answer is there keeps a queued call alive; who takes no stream gets one JSON body.
  const whenNeeded = createMcpHandler(build, { legacy: 'reject', responseMode: 'auto', keepAliveMs: KEEP_ALIVE_MS });
  const atOnce = createMcpHandler(build, { legacy: 'reject', responseMode: 'sse', keepAliveMs: KEEP_ALIVE_MS });
  const serve = async (request: Request, options: McpHandlerRequestOptions, onClosed: OnClosed): Promise<Response> => {
    const { parsedBody: body, authInfo } = options;
    if (await isLegacyRequest(request, body)) return legacy({ request, body, authInfo, onClosed });
    return (takesStream(request) && isQueued(body, asksFirst) ? atOnce : whenNeeded).fetch(request, options);
  };
  return async (request, response) => {
    const onClosed: OnClosed = (hear) => {
      const tell = (): void => {
        hear(response.writableFinished);
      };
      if (response.destroyed) tell();
      else response.once('close', tell);
    };
    const gone = goneSignalOf(response);
    const authInfo = authInfoOf(identify(request));
    const identity = identityOf(authInfo);
    const asked = webRequest(request, gone);
    // Before it is served: the older leg changes what it says.
    const isBare = !takesStream(asked);
    const served = await serve(asked, { authInfo, parsedBody: request.body }, onClosed);
    const answer = isBare ? await orBusy(served, identity) : served;
    await sendWeb(await orLogin(answer, identity), response, gone);
  };
}

/**
 * Whether a message is a call that goes into the queue. One that is still to be confirmed is answered at once, perhaps with
 * an error that has an HTTP status of its own, which a stream that is already open could not bear.
 */
function isQueued(body: unknown, asksFirst: EdgeOptions['asksFirst']): boolean {
  const { data } = toolCall.safeParse(body);
  if (data === undefined) return false;
  const { name, arguments: args, requestState } = data.params;
  return !asksFirst(name) || requestState !== undefined || args?.[CONFIRM] === true;
}

const answered = z.object({
  id: z.union([z.string(), z.number()]),
  result: z.object({ content: z.tuple([z.object({ text: z.string() })]) }),
});

/**
 * For a client that takes no stream the answer, or a 429 with Retry-After where it says BUSY: bare HTTP clients know what to
 * do with it. SDK clients would throw at a 429, and so hear BUSY as the tool's result, which their model reads.
 */
async function orBusy(response: Response, { busy }: Identity): Promise<Response> {
  const { waitMs } = busy ?? {};
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  if (waitMs === undefined || !isJson) return response;
  const { id, result } = answered.parse(await response.json());
  const headers = { 'Retry-After': String(Math.ceil(waitMs / 1000)) };
  const message = result.content[0].text;
  return Response.json(errorBody({ code: INVALID_REQUEST, message, id }), { status: 429, headers });
}

/**
 * The answer, or a 401 that makes the client log in again where GitLab has refused the token of its login. A stream has
 * begun with 200 before that is known; its text says the same.
 */
async function orLogin(response: Response, { login }: Identity): Promise<Response> {
  if (login?.hasEnded() !== true) return response;
  // Read to its end, so that whoever made it can let go.
  await response.text();
  const message = 'Unauthorized: GitLab no longer accepts the token of your OAuth login; log in again.';
  const headers = { 'WWW-Authenticate': login.again };
  return Response.json(errorBody({ code: INVALID_REQUEST, message }), { status: 401, headers });
}
