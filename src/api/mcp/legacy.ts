import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import type { AuthInfo, RequestId, Server } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { identityOf } from '../identity.ts';
import { takesStream } from './accept.ts';
import type { Cancels } from './cancels.ts';
import { requestKey } from './cancels.ts';

interface LegacyOptions {
  readonly build: (context: { readonly authInfo?: AuthInfo }) => Server;
  readonly cancels: Cancels;
  readonly newSessionId: () => string;
  readonly keepAliveMs: number;
}

interface Incoming {
  readonly request: Request;
  readonly body: unknown;
  readonly authInfo: AuthInfo | undefined;
  readonly onClosed: OnClosed;
}

/** Calls back when the HTTP answer was sent, or its client has gone before. */
export type OnClosed = (hear: (isSent: boolean) => void) => void;

const message = z.object({ method: z.string().optional(), id: z.union([z.string(), z.number()]).optional() });
const CANCELLED_METHOD = 'notifications/cancelled';
const cancelled = z.object({
  params: z.object({ requestId: z.union([z.string(), z.number()]), reason: z.string().optional() }),
});

/** The client has said that it does not wait for this answer: nginx's status for a request that its client gave up. */
const CANCELLED = 499;

/**
 * MCP before 2026-07-28, without sessions: each request gets a server and a transport of its own. Accept decides between
 * one JSON body and a stream, because many clients (the bare curl of the deployment guide among them) do not list both as the
 * specification asks. A session id is minted for clients that want one and never asked for: it only names the requests
 * that a client may cancel.
 */
export function createLegacy(options: LegacyOptions): (incoming: Incoming) => Promise<Response> {
  const { cancels, newSessionId } = options;
  return async (incoming) => {
    const { request, body } = incoming;
    const sessionId = request.headers.get('mcp-session-id');
    const { method, id } = message.safeParse(body).data ?? {};
    const cancel = method === CANCELLED_METHOD && id === undefined ? cancelled.safeParse(body).data : undefined;
    if (cancel !== undefined) {
      const { requestId } = cancel.params;
      const token = tokenOf(incoming);
      if (sessionId !== null) await cancels.cancel(requestKey({ token, sessionId, id: requestId }));
      return new Response(null, { status: 202 });
    }
    const response = await serve(options, incoming, { sessionId, id });
    if (method === 'initialize' && response.ok) response.headers.set('mcp-session-id', newSessionId());
    return response;
  };
}

const tokenOf = ({ authInfo }: Incoming): string | undefined => identityOf(authInfo).token;

interface Named {
  readonly sessionId: string | null;
  readonly id: RequestId | undefined;
}

async function serve(options: LegacyOptions, incoming: Incoming, named: Named): Promise<Response> {
  const { request, body, authInfo } = incoming;
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: !takesStream(request),
    keepAliveMs: options.keepAliveMs,
  });
  const server = options.build(authInfo === undefined ? {} : { authInfo });
  await server.connect(transport);
  const { sessionId, id } = named;
  const listening =
    sessionId !== null && id !== undefined
      ? options.cancels.listen(requestKey({ token: tokenOf(incoming), sessionId, id }))
      : undefined;
  incoming.onClosed((isSent) => {
    listening?.forget();
    // Closing the server aborts the call that still runs; after a good answer there is nothing to close.
    if (!isSent) void server.close();
  });
  takeBothKinds(request);
  const answered = transport.handleRequest(request, {
    parsedBody: body,
    ...(authInfo !== undefined && { authInfo }),
  });
  if (listening === undefined) return answered;
  const gone = listening.cancelledByClient.then(() => {
    void server.close();
    return new Response(null, { status: CANCELLED });
  });
  return Promise.race([answered, gone]);
}

/** The SDK insists on both kinds in Accept, whatever it then sends. */
function takeBothKinds({ headers }: Request): void {
  headers.set('accept', 'application/json, text/event-stream');
}
