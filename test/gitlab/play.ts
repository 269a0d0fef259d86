import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Fault } from './faults.ts';
import { hugeDiff, hugeTrace } from './huge.ts';
import { throttleHeaders } from './limits.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: string;
  /** Carries the request out. */
  readonly apply: () => Answer;
  /** Adds the headers that every answer has. */
  readonly dress: (answer: Answer) => Answer;
  /** Told the status just before it goes out. */
  readonly answering: (status: number) => void;
}

/** Answers with what the fault makes of the request. */
export async function play(fault: Fault | undefined, exchange: Exchange, delayMs: number): Promise<void> {
  const outcome = actOn(fault, exchange);
  if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
  await deliver(outcome, exchange);
}

type Outcome = Answer | 'reset' | 'silence' | Drip | Stream;

interface Drip {
  readonly answer: Answer;
  readonly pieces: number;
  readonly everyMs: number;
}

interface Stream {
  readonly head: Answer;
  readonly chunks: Iterable<string>;
}

function actOn(fault: Fault | undefined, exchange: Exchange): Outcome {
  const { apply, dress } = exchange;
  if (fault === undefined || fault.kind === 'slow') return dress(apply());
  if (fault.kind === 'drip') return { answer: dress(apply()), pieces: fault.pieces, everyMs: fault.everyMs };
  if (fault.kind.endsWith('After')) apply();
  return instead(fault, exchange);
}

type Instead = Exclude<Fault, { kind: 'slow' | 'drip' }>;
type Refusing = Exclude<Instead, { kind: 'htmlBefore' | 'htmlAfter' | 'resetBefore' | 'resetAfter' | 'silence' }>;

function instead(fault: Instead, exchange: Exchange): Outcome {
  if (fault.kind === 'htmlBefore' || fault.kind === 'htmlAfter') return badGateway;
  if (fault.kind === 'resetBefore' || fault.kind === 'resetAfter') return 'reset';
  return fault.kind === 'silence' ? 'silence' : refusing(fault, exchange);
}

/** The faults with an answer of their own; the request is not carried out. */
function refusing(fault: Refusing, { dress, url }: Exchange): Outcome {
  if (fault.kind === 'throttle429') return dress(throttled(fault.retryAfterSeconds));
  if (fault.kind === 'app429') return dress(jsonAnswer(429, tooManyRequests, retryAfter(fault.retryAfterSeconds)));
  if (fault.kind === 'hugeDiff') return { head: dress(jsonAnswer(200, [])), chunks: hugeDiff(fault.megabytes) };
  if (fault.kind === 'hugeTrace') {
    const head = dress({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: '' });
    return { head, chunks: hugeTrace(fault.megabytes) };
  }
  if (fault.kind === 'redirect') {
    const to = fault.to.startsWith('/') ? `${url}${fault.to}` : fault.to;
    return dress(jsonAnswer(301, { message: `This resource has been moved permanently to ${to}` }, { Location: to }));
  }
  const headers = { 'Content-Type': fault.contentType ?? 'application/json', ...fault.headers };
  const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? '');
  return dress({ status: fault.status, headers, body });
}

async function deliver(outcome: Outcome, { request, response, answering }: Exchange): Promise<void> {
  if (outcome === 'reset') {
    request.socket.resetAndDestroy();
  } else if (outcome === 'silence') {
    if (!response.closed) await once(response, 'close');
  } else if ('pieces' in outcome) {
    answering(outcome.answer.status);
    await drip(response, outcome);
  } else if ('chunks' in outcome) {
    answering(outcome.head.status);
    response.writeHead(outcome.head.status, { ...outcome.head.headers });
    await pipeline(Readable.from(outcome.chunks), response).catch(() => undefined);
  } else {
    answering(outcome.status);
    send(response, outcome);
  }
}

/** Writes an answer out. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, { ...headers, ...(hasBody && { 'Content-Length': String(Buffer.byteLength(body)) }) });
  response.end(body);
}

async function drip(response: ServerResponse, { answer, pieces, everyMs }: Drip): Promise<void> {
  const body = Buffer.from(answer.body);
  const size = Math.max(Math.ceil(body.length / pieces), 1);
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': String(body.length) });
  for (let start = 0; start < body.length && !response.closed; start += size) {
    response.write(body.subarray(start, start + size));
    // oxlint-disable-next-line eslint/no-await-in-loop -- the pause between two pieces is the fault
    await sleep(everyMs, undefined, { ref: false });
  }
  response.end();
}

/** The answer of GitLab's request throttle, which a limit has found. */
export const retryLater: Answer = { status: 429, headers: { 'Content-Type': 'text/plain' }, body: 'Retry later\n' };

function throttled(retryAfterSeconds: number | undefined): Answer {
  const rule = { requests: 2000, windowMs: 60_000 };
  const state = { rule, observed: 2001, resetsInSeconds: retryAfterSeconds ?? 60, now: Date.now() };
  const headers = throttleHeaders({ name: 'throttle_authenticated_api', ...state });
  return { ...retryLater, headers: { ...retryLater.headers, ...headers, ...retryAfter(retryAfterSeconds) } };
}

function retryAfter(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}

const tooManyRequests = {
  message: { error: 'This endpoint has been requested too many times. Try again later.' },
};

/** What a proxy in front of GitLab says; it has none of GitLab's headers. */
const badGateway: Answer = {
  status: 502,
  headers: { 'Content-Type': 'text/html' },
  body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
};
