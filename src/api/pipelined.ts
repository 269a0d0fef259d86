import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Tells responses that wait behind another one on their connection when it closes, as Node tells the one whose turn it is.
 * Nobody would otherwise cancel their calls, or forget what is kept for them.
 */
export function closeWaiting(server: Server): void {
  const waiting = new WeakMap<Socket, Set<ServerResponse>>();
  const waitingOn = (socket: Socket): Set<ServerResponse> => {
    const known = waiting.get(socket);
    if (known !== undefined) return known;
    const responses = new Set<ServerResponse>();
    waiting.set(socket, responses);
    // One listener, however many wait: each of its own would be reported as a leak.
    socket.once('close', () => {
      for (const response of responses) response.destroy().emit('close');
    });
    return responses;
  };
  server.on('request', ({ socket }, response) => {
    if (response.socket !== null) return;
    const responses = waitingOn(socket);
    responses.add(response);
    response.once('socket', () => {
      responses.delete(response);
    });
  });
}
