import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** Stands between a client and Redis. */
export interface Proxy {
  readonly url: string;
  /** Connections that were made. */
  connections(): number;
  /** From now on Redis' answers are lost; resolves when the first one was. */
  loseAnswers(): Promise<void>;
  /** The connections of now stay open, and Redis' answers on them are lost; later ones work. */
  mute(): void;
  /** Breaks every connection; later ones work. */
  breakAll(): void;
  close(): Promise<void>;
}

/** With `bytesPerMs` no answer comes faster than that. */
export async function startProxy(redisPort: number, bytesPerMs = Infinity): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const muted = new WeakSet<Socket>();
  const losses = new EventTarget();
  let made = 0;
  let losing = false;
  const server = createServer((client) => {
    made += 1;
    const redis = connect(redisPort, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => void socket.destroy());
      socket.on('close', () => {
        client.destroy();
        redis.destroy();
        sockets.delete(socket);
      });
    }
    client.on('data', (bytes) => void redis.write(bytes));
    redis.on('data', (bytes) => {
      if (losing || muted.has(client)) losses.dispatchEvent(new Event('lost'));
      else client.write(bytes);
      if (bytesPerMs === Infinity) return;
      redis.pause();
      setTimeout(() => void redis.resume(), bytes.length / bytesPerMs);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const breakAll = (): void => {
    losing = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${String(address.port)}`,
    connections: () => made,
    loseAnswers: async () => {
      losing = true;
      await once(losses, 'lost');
    },
    mute: () => {
      for (const socket of sockets) muted.add(socket);
    },
    breakAll,
    close: async () => {
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
