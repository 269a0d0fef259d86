import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import express from 'express';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import * as z from 'zod';
import type { Log } from '../log.ts';
import { INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, refuse } from './json-rpc.ts';

/** What a body parser throws for the client's own fault; zlib's errors have no type. */
const parserFault = z.object({ type: z.string().optional(), status: z.number().min(400).max(499) });

/** How long a body may take to arrive: whoever sends it byte by byte only holds a connection. */
const BODY_MS = 30_000;

/** Only JSON is read; express.json() leaves anything else alone, and its body undefined. */
export function createBodyParser(maxBytes: number, timeoutMs = BODY_MS): RequestHandler[] {
  const parse = express.json({ limit: maxBytes, type: isJson, strict: false, verify: requireUtf8 });
  return [arrivesWithin(timeoutMs), parse, requireOneMessage];
}

const NOT_UTF8 = 'body.not-utf8';

/** What is no UTF-8 would be read with U+FFFD in its place, and so be written into GitLab. */
// oxlint-disable-next-line max-params -- body-parser's own signature
function requireUtf8(_request: IncomingMessage, _response: unknown, bytes: Buffer, encoding: string): void {
  if (encoding === 'utf-8' && isUtf8(bytes)) return;
  throw Object.assign(new Error('the body is no UTF-8'), { type: NOT_UTF8, status: 400 });
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
/** Nor holds so many values: an empty list is two bytes of a body and forty of the heap. */
const MAX_VALUES = 100_000;

const partsOf = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

/** What makes a message too heavy to work on; undefined where nothing does. */
function burdenOf(message: unknown): string | undefined {
  let level: readonly unknown[] = [message];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return `is nested deeper than ${String(MAX_DEPTH)} levels`;
    values += level.length;
    if (values > MAX_VALUES) return `holds more than ${String(MAX_VALUES)} values`;
    level = level.flatMap((value) => partsOf(value));
  }
  return undefined;
}

const requireOneMessage: RequestHandler = (request, response, next) => {
  const body: unknown = request.body;
  const burden = burdenOf(body);
  if (!isJson(request)) {
    const message = 'Send the JSON-RPC message as Content-Type: application/json.';
    refuse(response, { status: 415, code: INVALID_REQUEST, message });
  } else if (Array.isArray(body)) {
    const message = 'Batches are not taken (MCP has removed them): send one message per request.';
    refuse(response, { status: 400, code: INVALID_REQUEST, message });
  } else if (burden !== undefined) {
    refuse(response, { status: 400, code: INVALID_REQUEST, message: `The body ${burden}.` });
  } else if (typeof body === 'object' && body !== null) {
    next();
  } else {
    refuse(response, { status: 400, code: INVALID_REQUEST, message: 'The body must be one JSON-RPC message.' });
  }
};

interface ErrorAnswerOptions {
  readonly maxBytes: number;
  readonly log: Log;
}

/** What Express would answer with an HTML page and a stack. */
export function createErrorAnswer({ maxBytes, log }: ErrorAnswerOptions): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (error: unknown, request, response, next) => {
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
    const code = type === 'entity.parse.failed' ? PARSE_ERROR : INVALID_REQUEST;
    refuse(response, { status, code, message: wordsFor(type, request, maxBytes) });
  };
}

function wordsFor(type: string | undefined, { headers }: Request, maxBytes: number): string {
  if (type === 'entity.too.large') return `The body is larger than ${String(maxBytes)} bytes.`;
  if (type === 'entity.parse.failed') return 'The body is not valid JSON.';
  if (type === NOT_UTF8) return 'The body is not valid UTF-8, in which JSON is sent: encode it so and send it again.';
  const encoding = headers['content-encoding'];
  if (type !== undefined || encoding === undefined) return 'The body cannot be read.';
  return `The body is not whole, or not compressed as its Content-Encoding (${encoding}) says: send it anew, or uncompressed.`;
}
