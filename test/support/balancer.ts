import { once } from 'node:events';
import { Agent, createServer, request as send } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

interface Balancer {
  readonly url: string;
  close(): Promise<void>;
}

/** Longer than any client keeps an idle connection: one that is closed here just when a client writes into it is reset. */
const KEEP_ALIVE_MS = 600_000;

/** Passes each request to the next of the targets in turn, as a load balancer without sticky sessions does. */
export async function startBalancer(targets: readonly string[]): Promise<Balancer> {
  let turn = 0;
  // A connection each: one that is kept may be closed by its other end just when the next request is sent.
  const agent = new Agent({ keepAlive: false });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const target = new URL(request.url ?? '/', targets[turn % targets.length]);
    turn += 1;
    const headers = forAnyHop(request.headers);
    const onward = send(target, { method: request.method ?? 'GET', headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, forAnyHop(answer.headers));
      answer.pipe(response);
    });
    onward.on('error', () => {
      response.destroy();
    });
    response.on('close', () => {
      onward.destroy();
    });
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the balancer has no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Without what only one connection is told (RFC 9110, 7.6.1): an API's promise to keep its own does not hold for this one. */
function forAnyHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, 'keep-alive': __, ...others } = headers;
  return others;
}
