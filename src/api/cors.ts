import { validateOriginHeader } from '@modelcontextprotocol/server';
import cors from 'cors';
import type { RequestHandler } from 'express';

/** What MCP's clients send, in both eras, and every header that this service reads. */
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Last-Event-ID',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'PRIVATE-TOKEN',
  'X-GitLab-Allowed-Project-Ids',
  'X-GitLab-Token',
  'X-MCP-Auth-Token',
  'X-MCP-Readonly',
  'X-MCP-Toolsets',
];

const EXPOSED_HEADERS = ['Mcp-Session-Id', 'Retry-After', 'WWW-Authenticate'];

/** How long a browser may go on without asking again; the allowed origins change only with a deployment. */
const MAX_AGE_S = 3600;

/**
 * Lets pages of these hosts read what they are answered, and answers what their browsers ask before a request; a browser
 * sends no token then, so this comes before the gate. Cookies play no part: credentials are never allowed.
 */
export function createCors(allowedOrigins: readonly string[]): RequestHandler {
  const hosts = [...allowedOrigins];
  return cors({
    origin: (origin = '', decide) => {
      decide(null, origin !== '' && validateOriginHeader(origin, hosts).ok);
    },
    // GET and DELETE are 405, which clients understand; a request that the browser stops is an error to them.
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: MAX_AGE_S,
  });
}
