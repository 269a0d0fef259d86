import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startApiWith } from '../support/api.ts';

const call = (title: string): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'create_issue', arguments: { project_id: 'a/b', title } },
  });
const failed = z.object({ error: z.object({ code: z.number(), message: z.string() }) });

let api: Awaited<ReturnType<typeof startApiWith>>;
const titles: unknown[] = [];

beforeAll(async () => {
  api = await startApiWith(async ({ args }) => {
    titles.push(args['title']);
    return { ok: true, content: [] };
  });
});

afterAll(async () => api.close());

type Headers = Readonly<Record<string, string>>;

const send = async (body: Uint8Array<ArrayBuffer>, headers: Headers = {}): Promise<Response> =>
  fetch(api.url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });

async function refusalOf(response: Response): Promise<string> {
  const { error } = failed.parse(await response.json());
  return `${String(response.status)} ${String(error.code)} ${error.message}`;
}

describe.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('a body under Content-Encoding: %s', (encoding, compress) => {
  const headers = { 'Content-Encoding': encoding };
  const whole = new Uint8Array(compress(call('Compressed')));

  test('is read', async () => {
    expect((await send(whole, headers)).status).toBe(200);
    expect(titles.pop()).toBe('Compressed');
  });

  test.each([
    ['not compressed', new Uint8Array(Buffer.from(call('Plain')))],
    ['cut off', whole.slice(0, -9)],
  ])('is refused as the fault of its client where it is %s', async (_, body) => {
    expect(await refusalOf(await send(body, headers))).toBe(
      `400 -32600 The body is not whole, or not compressed as its Content-Encoding (${encoding}) says: send it anew, or uncompressed.`,
    );
    expect(api.output.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

describe('a body', () => {
  const utf8 = 'Grün 🌲 � 한';

  test.each(['application/json', 'application/json; charset=UTF-8'])('in UTF-8 is taken as it is: %s', async (type) => {
    const response = await send(new Uint8Array(Buffer.from(call(utf8))), { 'Content-Type': type });

    expect([response.status, titles.pop()]).toEqual([200, utf8]);
  });

  test.each([
    ['bytes of another charset', Buffer.from(call('Grün'), 'latin1'), ''],
    ['half a character', Buffer.from(call('Grün')).filter((byte) => byte !== 0xbc), ''],
    ['UTF-16', Buffer.from(call('Grün'), 'utf16le'), '; charset=utf-16le'],
  ])('with %s is refused: nothing is written in its place', async (_, bytes, charset) => {
    const response = await send(new Uint8Array(bytes), { 'Content-Type': `application/json${charset}` });

    expect(await refusalOf(response)).toMatch(/^400 -32600 The body is not valid UTF-8/u);
    expect(titles).toEqual([]);
  });
});
