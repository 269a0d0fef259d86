import express from 'express';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import * as z from 'zod';
import type { Log } from '../log.ts';
import { INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, refuse } from './json-rpc.ts';

const parserFault = z.object({ type: z.string(), status: z.number() });

/** How long a body may take to arrive: whoever sends it byte by byte only holds a connection. */
const BODY_MS = 30_000;

/** Only JSON is read; express.json() leaves anything else alone, and its body undefined. */
export function createBodyParser(maxBytes: number, timeoutMs = BODY_MS): RequestHandler[] {
  return [arrivesWithin(timeoutMs), express.json({ limit: maxBytes, type: isJson, strict: false }), requireOneMessage];
}

function arrivesWithin(timeoutMs: number): RequestHandler {
  return (request, response, next) => {
    const timer = setTimeout(() => {
      if (response.headersSent) return;
      response.set('Connection', 'close').once('finish', () => {
        request.destroy();
      });
      const message = `The body did not arrive within ${String(timeoutMs / 1000)} s.`;
      refuse(response, { status: 408, code: INVALID_REQUEST, message });
    }, timeoutMs);
    for (const end of ['end', 'close']) {
      request.once(end, () => {
        clearTimeout(timer);
      });
    }
    next();
  };
}

function isJson(request: { headers: { 'content-type'?: string | undefined } }): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
}

/** No message of MCP nests so deep; what works on deeper ones (JSON.stringify among them) runs out of stack. */
const MAX_DEPTH = 100;

const partsOf = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

function isTooDeep(message: unknown): boolean {
  let level: readonly unknown[] = [message];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) => partsOf(value));
  }
  return false;
}

const requireOneMessage: RequestHandler = (request, response, next) => {
  const body: unknown = request.body;
  if (!isJson(request)) {
    const message = 'Send the JSON-RPC message as Content-Type: application/json.';
    refuse(response, { status: 415, code: INVALID_REQUEST, message });
  } else if (Array.isArray(body)) {
    const message = 'Batches are not taken (MCP has removed them): send one message per request.';
    refuse(response, { status: 400, code: INVALID_REQUEST, message });
  } else if (isTooDeep(body)) {
    const message = `The body is nested deeper than ${String(MAX_DEPTH)} levels.`;
    refuse(response, { status: 400, code: INVALID_REQUEST, message });
  } else if (typeof body === 'object' && body !== null) {
    next();
  } else {
    refuse(response, { status: 400, code: INVALID_REQUEST, message: 'The body must be one JSON-RPC message.' });
  }
};

/** What Express would answer with an HTML page and a stack. */
export function createErrorAnswer({
  maxBytes,
  log,
}: {
  readonly maxBytes: number;
  readonly log: Log;
}): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const fault = parserFault.safeParse(error);
    if (!fault.success) {
      log.error({ err: error }, 'an HTTP request failed in an unexpected way');
      refuse(response, { status: 500, code: INTERNAL_ERROR, message: 'Internal error.' });
      return;
    }
    const { type, status } = fault.data;
    if (type === 'entity.too.large') {
      const message = `The body is larger than ${String(maxBytes)} bytes.`;
      refuse(response, { status: 413, code: INVALID_REQUEST, message });
    } else if (type === 'entity.parse.failed') {
      refuse(response, { status: 400, code: PARSE_ERROR, message: 'The body is not valid JSON.' });
    } else {
      refuse(response, { status, code: INVALID_REQUEST, message: 'The body cannot be read.' });
    }
  };
}
