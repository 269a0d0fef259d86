import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** Passes each piece on after `ms`, in order. */
function passOn(from: Socket, to: Socket, ms: number): void {
  from.on('data', (piece) => {
    setTimeout(() => {
      if (to.writable) to.write(piece);
    }, ms);
  });
  from.on('close', () => {
    to.destroy();
  });
  from.on('error', () => {
    to.destroy();
  });
}

/** A way to a local port on which everything takes `ms` longer in each direction, as to another data centre. */
export async function startSlowLink(
  target: number,
  ms: number,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    passOn(near, far, ms);
    passOn(far, near, ms);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
