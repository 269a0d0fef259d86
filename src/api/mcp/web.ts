import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Nothing looks at it: Express has routed the request already. */
const ADDRESS = 'http://mcp.invalid/';

/** Aborted when the client goes before its answer was sent. */
export function goneSignalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/**
 * What the SDK asks of a web Request whose message is parsed already. The body is left out and the signal given afterwards:
 * undici would make a stream of the one, and hold the other, with all that hangs on it, until a full garbage collection.
 */
export function webRequest({ method = 'GET', headers }: IncomingMessage, signal: AbortSignal): Request {
  const request = new Request(ADDRESS, { method, headers: webHeaders(headers) });
  return Object.defineProperty(request, 'signal', { value: signal });
}

function webHeaders(headers: IncomingMessage['headers']): Headers {
  const all = new Headers();
  // Only Set-Cookie, which no client sends, is a list.
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') all.set(name, value);
  return all;
}

/** Passes the SDK's answer on, as fast as its client takes it. */
export async function sendWeb(answer: Response, response: ServerResponse, gone: AbortSignal): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  try {
    for await (const chunk of answer.body ?? []) {
      if (gone.aborted) break;
      if (!response.write(chunk)) await once(response, 'drain', { signal: gone });
    }
  } catch {
    // The client is gone, or whoever made the answer has given up: there is nobody left to tell.
  }
  response.end();
}
