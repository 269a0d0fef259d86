import { once } from 'node:events';
import type { Server } from 'node:http';

interface Place {
  readonly host: string;
  readonly port: number;
  /** The setting that moves the server to another port. */
  readonly setting: string;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Listens, or says in words why it cannot; resolves with the port, which is a free one for port 0. */
export async function listenOn(server: Server, { host, port, setting }: Place): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new Error(`${host}:${String(port)} is in use by another process: set ${setting} to a free port`, {
      cause: error,
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return address.port;
}
