import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import * as z from 'zod';

const recording = z.object({
  method: z.string(),
  url: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown(),
});

/** One exchange with gitlab.com, as packit/ogr recorded it. */
export type Recording = Readonly<z.infer<typeof recording>>;

export function readRecordings(folder: string): readonly Recording[] {
  const lines = readFileSync(path.join(folder, 'recordings/ogr.dev.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => recording.parse(JSON.parse(line)));
}

/** These speak of the recorded connection, not of the answer; the length is written anew with the body. */
const ofConnection = new Set(['connection', 'transfer-encoding', 'content-length']);

/** Answers each request with the recording whose number is the bearer token; 404 where that was of another route. */
export function replay(recordings: readonly Recording[]): RequestListener {
  return (request, response) => {
    const number = request.headers.authorization?.replace('Bearer recording-', '');
    const recorded = recordings[Number(number)];
    const asked = `${request.method ?? ''} ${pathOf(request.url ?? '')}`;
    if (recorded === undefined || asked !== `${recorded.method} ${pathOf(recorded.url)}`) {
      response.writeHead(404, { 'content-type': 'application/json' }).end(`{"message":"not recorded: ${asked}"}`);
      return;
    }
    const { headers, bytes } = packed(recorded);
    response.writeHead(recorded.status, headers).end(bytes);
  };
}

const pathOf = (url: string): string => decodeURIComponent(new URL(url, 'https://gitlab.com').pathname);

/** Packed as recorded; brotli, for which our client does not ask, becomes gzip. */
function packed({ headers, body, status }: Recording): { headers: Record<string, string>; bytes: Buffer | undefined } {
  const kept = Object.entries(headers).filter(([name]) => !ofConnection.has(name.toLowerCase()));
  const plain = kept.filter(([name]) => name.toLowerCase() !== 'content-encoding');
  if (status === 204) return { headers: Object.fromEntries(plain), bytes: undefined };
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  if (plain.length === kept.length) return { headers: Object.fromEntries(plain), bytes };
  return { headers: { ...Object.fromEntries(plain), 'content-encoding': 'gzip' }, bytes: gzipSync(bytes) };
}
