import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** A port that leads to another one on this machine: to a server that is exchanged, or that is not there for a while. */
export interface TcpSwitch {
  readonly port: number;
  /** New connections lead there; those that are open stay where they are, as behind a name whose address changes. */
  pointTo(port: number): void;
  /** Breaks every connection, and refuses new ones until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

export async function startTcpSwitch(target: number): Promise<TcpSwitch> {
  const sockets = new Set<Socket>();
  const state = { target };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: state.target, host: '127.0.0.1', allowHalfOpen: true });
    join(near, far, sockets);
    join(far, near, sockets);
  });
  const port = await listen(server, 0);
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  return {
    port,
    pointTo: (next) => {
      state.target = next;
    },
    refuse,
    accept: async () => {
      await listen(server, port);
    },
    close: refuse,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the switch has no port');
  return address.port;
}

/** What comes from one end goes to the other, its end and its reset too. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.on('error', () => undefined);
  from.once('close', (hadError) => {
    sockets.delete(from);
    if (hadError) to.resetAndDestroy();
    else to.end();
  });
  from.pipe(to);
}
