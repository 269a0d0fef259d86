import { once } from 'node:events';
import { createServer } from 'node:http';
import { listenOn } from '../port.ts';
import type { Serve } from '../queue/serve.ts';

interface HealthOptions {
  readonly port: number;
  /** What takes calls; nothing before Redis was there. */
  readonly serve: () => Serve | undefined;
}

interface Health {
  readonly close: () => Promise<void>;
}

/** The worker's liveness, for the container's health check only: it listens on loopback. Nobody need restart one that waits. */
export async function serveHealth({ port, serve }: HealthOptions): Promise<Health> {
  const server = createServer((_request, response) => {
    const taking = serve();
    const status = statusOf(taking);
    const body = { status, active: taking?.active() ?? 0 };
    const code = status === 'not taking calls' ? 503 : 200;
    response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await listenOn(server, { host: '127.0.0.1', port, setting: 'WORKER_HEALTH_PORT' });
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function statusOf(serve: Serve | undefined): 'waiting for Redis' | 'healthy' | 'not taking calls' {
  if (serve === undefined) return 'waiting for Redis';
  return serve.isRunning() ? 'healthy' : 'not taking calls';
}
