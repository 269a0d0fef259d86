// oxlint-disable eslint/max-classes-per-file -- a pair
import { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:http';
import type { Express } from 'express';

/**
 * Requests and responses that are the app's own from the beginning. Express 5 otherwise gives each of them another prototype
 * when it arrives (`app.handle`): V8 then makes new hidden classes for it, forgets what it knew of its properties, and
 * promotes what hangs on it, which was a third of a small request's time (docs/decisions/0022).
 */
export function messagesOf(app: Express): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
  class Incoming extends IncomingMessage {}
  class Outgoing<Request extends IncomingMessage> extends ServerResponse<Request> {}
  Object.setPrototypeOf(Incoming.prototype, app.request);
  Object.setPrototypeOf(Outgoing.prototype, app.response);
  // Where a message has this prototype already, Express' setting it is nothing.
  Object.assign(app, { request: Incoming.prototype, response: Outgoing.prototype });
  return { IncomingMessage: Incoming, ServerResponse: Outgoing };
}
