import { once } from 'node:events';
import { createServer } from 'node:http';
import { listenOn } from '../port.ts';

interface HealthOptions {
  readonly port: number;
  /** Whether calls are being taken. */
  readonly isRunning: () => boolean;
  readonly active: () => number;
}

interface Health {
  readonly close: () => Promise<void>;
}

/** The worker's liveness, for the container's health check only: it listens on loopback. */
export async function serveHealth({ port, isRunning, active }: HealthOptions): Promise<Health> {
  const server = createServer((_request, response) => {
    const running = isRunning();
    const body = { status: running ? 'healthy' : 'not taking calls', active: active() };
    response.writeHead(running ? 200 : 503, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
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
