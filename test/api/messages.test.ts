import { once } from 'node:events';
import { createServer, IncomingMessage } from 'node:http';
import type { Server } from 'node:http';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { listen } from '../../src/api/listen.ts';
import { messagesOf } from '../../src/api/messages.ts';
import { listenOn } from '../../src/port.ts';

let server: Server | undefined;

afterEach(async () => {
  server?.close();
  if (server !== undefined) await once(server, 'close');
});

describe('the messages of an app', () => {
  it('have the prototypes that Express wants before it sees them', async () => {
    const app = express();
    const prototypes = new Set<unknown>();
    app.get('/', (request, response) => {
      prototypes.add(Object.getPrototypeOf(request)).add(Object.getPrototypeOf(response));
      // What Express adds is there.
      response.json({ path: request.path, app: request.app === app && response.app === app });
    });
    server = createServer(messagesOf(app), (request, response) => {
      prototypes.add(Object.getPrototypeOf(request)).add(Object.getPrototypeOf(response));
      app(request, response);
    });
    const port = await listenOn(server, { host: '127.0.0.1', port: 0, setting: 'PORT' });
    const answer = await fetch(`http://127.0.0.1:${String(port)}/?a=1`, { headers: { connection: 'close' } });
    expect(await answer.json()).toEqual({ path: '/', app: true });
    expect([...prototypes]).toEqual([app.request, app.response]);
  });

  it('are those of an app that listens', async () => {
    const app = express();
    const before = app.request.constructor;
    const { close } = await listen({ app, host: '127.0.0.1', port: 0 });
    await close();
    expect([before === IncomingMessage, app.request.constructor === IncomingMessage]).toEqual([true, false]);
  });
});
