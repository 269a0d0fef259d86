import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/express';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import type { Log } from '../log.ts';
import type { Access } from './access.ts';
import { createAccessLog } from './access-log.ts';
import { createBodyBudget } from './body-budget.ts';
import { createBodyParser, createErrorAnswer } from './body.ts';
import { createCors } from './cors.ts';
import { createHealth } from './health.ts';
import { INVALID_REQUEST, refuse } from './json-rpc.ts';

interface AppOptions {
  readonly name: string;
  readonly access: Access;
  readonly edge: RequestHandler;
  /** Host names, without port, that a request may be meant for; empty = any. */
  readonly allowedHosts: readonly string[];
  /** Host names of web pages that may send requests; none but these. */
  readonly allowedOrigins: readonly string[];
  /** Those of them whose pages may read what they are answered from another origin. */
  readonly readingOrigins: readonly string[];
  /** Before every path, which is known without it too; empty for none. */
  readonly basePath: string;
  readonly maxBodyBytes: number;
  /** Most bytes of the bodies of all calls under way. */
  readonly maxBodyBytesInFlight: number;
  readonly unreadyReason: () => string | undefined;
  readonly log: Log;
}

const ENDPOINTS = ['/', '/mcp'];

/** No address of this server is near it. */
const MAX_URL_CHARS = 2048;

const onlyShortUrl: RequestHandler = (request, response, next) => {
  if (request.url.length <= MAX_URL_CHARS) {
    next();
    return;
  }
  const message = `The URL is longer than ${String(MAX_URL_CHARS)} characters.`;
  refuse(response, { status: 414, code: INVALID_REQUEST, message });
};

/** A load balancer leads several servers by their first path, and does not take it away. */
function withoutBase(base: string): RequestHandler {
  return (request, _response, next) => {
    const rest = request.url.slice(base.length);
    if (base !== '' && request.url.startsWith(base) && /^(?:[/?]|$)/u.test(rest))
      request.url = rest.startsWith('/') ? rest : `/${rest}`;
    next();
  };
}

const onlyPost: RequestHandler = (request, response, next) => {
  if (request.method === 'POST') {
    next();
    return;
  }
  response.set('Allow', 'POST');
  const message = 'This endpoint takes POST only; there is no event stream to GET and no session to DELETE.';
  refuse(response, { status: 405, code: INVALID_REQUEST, message });
};

const nothingHere: RequestHandler = (_request, response) => {
  refuse(response, { status: 404, code: INVALID_REQUEST, message: 'Nothing is here: the MCP endpoint is /mcp.' });
};

/** The Express app, put together from its parts; it does not listen. */
export function createApp(options: AppOptions): Express {
  const { name, access, allowedHosts, allowedOrigins, maxBodyBytes, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(createAccessLog(log), onlyShortUrl, withoutBase(options.basePath));
  app.use(createHealth({ name, unreadyReason: options.unreadyReason }));
  if (allowedHosts.length > 0) app.use(hostHeaderValidation([...allowedHosts]));
  app.use(createCors(options.readingOrigins));
  if (access.metadata !== undefined) app.use(access.metadata);
  app.use(originValidation([...allowedOrigins]));
  app.all(ENDPOINTS, ...access.door, onlyPost);
  app.all(ENDPOINTS, createBodyBudget({ maxBytes: maxBodyBytes, inFlight: options.maxBodyBytesInFlight }));
  app.all(ENDPOINTS, ...createBodyParser(maxBodyBytes), ...access.callGuard, options.edge);
  app.use(nothingHere);
  app.use(createErrorAnswer({ maxBytes: maxBodyBytes, log }));
  return app;
}
