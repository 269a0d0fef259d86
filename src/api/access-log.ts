import type { RequestHandler } from 'express';
import type { Log } from '../log.ts';

/** One line per HTTP request at level `access`: never its query, headers or body. */
export function createAccessLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const begun = performance.now();
    response.on('close', () => {
      const ms = Math.round(performance.now() - begun);
      const { method, path } = request;
      log.access({ method, path, status: response.statusCode, finished: response.writableFinished, ms }, 'http');
    });
    next();
  };
}
