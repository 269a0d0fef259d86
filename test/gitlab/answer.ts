import { createHash } from 'node:crypto';

/** What goes back over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export function jsonAnswer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

interface Dressing {
  readonly method: string;
  readonly ifNoneMatch: string | undefined;
  readonly requestId: string;
  readonly startedAt: number;
  readonly rateLimit: Answer['headers'];
}

/** Adds the headers that every answer of GitLab has, and answers 304 where the client has this body already. */
export function dress(answer: Answer, dressing: Dressing): Answer {
  const { method, ifNoneMatch, requestId, startedAt, rateLimit } = dressing;
  const cacheable = answer.status < 300 && answer.status !== 204;
  const etag = cacheable ? `W/"${createHash('md5').update(answer.body).digest('hex')}"` : undefined;
  const unchanged = method === 'GET' && etag !== undefined && etag === ifNoneMatch;
  const headers = {
    'Cache-Control': cacheable ? 'max-age=0, private, must-revalidate' : 'no-cache',
    Vary: 'Origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
    'X-Gitlab-Meta': JSON.stringify({ correlation_id: requestId, version: '1' }),
    'X-Request-Id': requestId,
    'X-Runtime': ((performance.now() - startedAt) / 1000).toFixed(6),
    ...(etag !== undefined && { ETag: etag }),
    ...rateLimit,
    ...answer.headers,
  };
  return unchanged ? { status: 304, headers, body: '' } : { ...answer, headers };
}
