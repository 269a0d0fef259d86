import { pipeline, Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, gunzipSync } from 'node:zlib';
import { Failure } from '../errors.ts';
import { GitLabFailure } from './failure.ts';
import { isMarkup } from './words.ts';
import type { Incoming } from './exchange.ts';
import type { GitLabRequest, TextSink } from './request.ts';
import type { Shares } from './shares.ts';

interface Reading {
  readonly accept: GitLabRequest['accept'];
  /** Takes a text body in place of the caller. */
  readonly sink?: TextSink | undefined;
  /** Counted after unpacking. */
  readonly maxBytes: number;
  readonly shares: Shares;
  readonly signal: AbortSignal;
  /** What an answer that breaks off means to the caller. */
  readonly failed: (error: unknown) => unknown;
}

const maxErrorBytes = 65_536;
const maxErrorMs = 2000;

/** A larger answer is read on only once it has its share of what may be held at once. */
const LARGE_BYTES = 1_048_576;

const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** Reads an answer's body as the request wants it; undefined where it is empty or went to the sink. */
export async function readBody(incoming: Incoming, reading: Reading): Promise<unknown> {
  if (bodiless.has(incoming.status)) {
    discard(incoming);
    return undefined;
  }
  if (reading.accept === 'text' && reading.sink !== undefined) return pour(chunksOf(incoming, reading), reading.sink);
  const claim = claimOf(incoming, reading);
  try {
    const bytes = await collect(chunksOf(incoming, reading, claim.begin));
    if (bytes.length === 0) return undefined;
    if (reading.accept === 'bytes') return bytes;
    const text = bytes.toString('utf8');
    return reading.accept === 'text' ? text : parse(text, incoming.status);
  } finally {
    claim.end();
  }
}

interface Claim {
  /** Resolves once the body may be read to its end. */
  readonly begin: () => Promise<void>;
  readonly end: () => void;
}

/** A large body claims all that it may become before it is read on: two that grow bit by bit could wait for each other. */
function claimOf({ headers }: Incoming, { maxBytes, shares, signal }: Reading): Claim {
  const isPacked = headers['content-encoding'] !== undefined;
  const most = isPacked ? maxBytes : Number(headers['content-length'] ?? maxBytes);
  let share: Awaited<ReturnType<Shares['take']>> | undefined;
  return {
    begin: async () => {
      share ??= await shares.take(Math.min(most, maxBytes), signal);
    },
    end: () => share?.end(),
  };
}

/** A 304 may tell the length of what it does not send (RFC 9110, 8.6): undici ends the connection over it, and nothing else is lost. */
function discard({ body }: Incoming): void {
  body.on('error', () => undefined).resume();
}

/** The first 64 KiB of an error's body as text, or as much of it as came within two seconds. */
export async function readBeginning(incoming: Incoming): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => {
    incoming.body.destroy();
  }, maxErrorMs);
  try {
    for await (const chunk of unpacked(incoming, gunzipped)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxErrorBytes) break;
    }
  } catch {
    // The status tells enough; the words are a bonus.
  } finally {
    clearTimeout(timer);
  }
  return withoutMark(Buffer.concat(chunks).toString('utf8'));
}

/** An error of whoever reads the chunks passes through unchanged, and ends the connection. */
async function* chunksOf(
  incoming: Incoming,
  { maxBytes, failed }: Reading,
  begin?: Claim['begin'],
): AsyncGenerator<Buffer> {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  let size = 0;
  try {
    for await (const chunk of unpacked(incoming, gunzippedAtOnce)) {
      size += chunk.length;
      if (size > maxBytes || announced > maxBytes) throw tooLarge(maxBytes, incoming.status);
      if (size > LARGE_BYTES) await begin?.();
      yield chunk;
    }
  } catch (error) {
    throw error instanceof Failure ? error : failed(error);
  }
}

type Gunzip = (body: Readable) => AsyncIterable<Buffer>;

function unpacked({ status, headers, body }: Incoming, gunzip: Gunzip): AsyncIterable<Buffer> {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (headers['content-length'] === '0' || encoding === '' || encoding === 'identity') return body;
  if (encoding === 'gzip' || encoding === 'x-gzip') return gunzip(body);
  // undici reports the end of a body that nobody reads as an error event.
  body.on('error', () => undefined).destroy();
  throw unreadable('GitLab answered in a compression that was not asked for', status);
}

function gunzipped(body: Readable): Readable {
  const gunzip = createGunzip();
  // Whoever reads the chunks meets the error there.
  pipeline(body, gunzip, () => undefined);
  return gunzip;
}

/** So much is unpacked in no time; a stream of zlib's has a thread woken for each piece. */
const SMALL_BYTES = 16_384;

async function* gunzippedAtOnce(body: Readable): AsyncGenerator<Buffer> {
  const packed: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of piecesOf(body)) {
      packed.push(chunk);
      size += chunk.length;
      if (size > SMALL_BYTES) break;
    }
    if (size > SMALL_BYTES) yield* gunzipped(Readable.from(followed(packed, body)));
    else if (size > 0) yield* gunzippedSmall(Buffer.concat(packed));
  } finally {
    body.destroy();
  }
}

/** In one piece, unless it becomes large: a thousand bytes can come of one. */
function gunzippedSmall(packed: Buffer): Iterable<Buffer> | AsyncIterable<Buffer> {
  try {
    return [gunzipSync(packed, { maxOutputLength: LARGE_BYTES })];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return gunzipped(Readable.from([packed]));
  }
}

/** Who stops after some of them can go on later. */
const piecesOf = (body: Readable): AsyncIterable<Buffer> => body.iterator({ destroyOnReturn: false });

async function* followed(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

async function pour(chunks: AsyncIterable<Buffer>, sink: TextSink): Promise<undefined> {
  const decoder = new StringDecoder('utf8');
  for await (const chunk of chunks) sink.push(decoder.write(chunk));
  const rest = decoder.end();
  if (rest !== '') sink.push(rest);
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(withoutMark(text));
  } catch {
    const what = isMarkup(text) ? 'a web page' : 'text';
    throw unreadable(`GitLab answered with ${what} instead of JSON`, status);
  }
}

/** A byte order mark is no JSON, though Windows' programs write it there. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/u, '');

function unreadable(words: string, status: number): GitLabFailure {
  return new GitLabFailure('GITLAB_UNREACHABLE', `${words}: check GITLAB_API_URL`, { acted: 'maybe', status });
}

function tooLarge(maxBytes: number, status: number): GitLabFailure {
  const words = `GitLab's answer is larger than ${maxBytes} bytes: ask for less`;
  return new GitLabFailure('ANSWER_TOO_LARGE', words, { acted: 'maybe', status });
}
