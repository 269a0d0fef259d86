import { afterEach, expect, test } from 'vitest';
import type { Answer, Call } from '../../src/queue/call.ts';
import { startApiWith } from '../support/api.ts';
import { callTool, connectClient, textOf } from '../support/clients.ts';

/** The API with a worker whose calls are answered by hand. */
interface Held {
  readonly url: string;
  readonly calls: Call[];
  /** Resolves once so many calls have reached the worker. */
  readonly reached: (count: number) => Promise<void>;
  readonly answer: (at: number, answer: Answer) => void;
}

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map(async (stop) => stop()));
});

async function hold(): Promise<Held> {
  const calls: Call[] = [];
  const settle: ((answer: Answer) => void)[] = [];
  const api = await startApiWith(
    async (call, { progress }) =>
      new Promise((resolve) => {
        progress('GitLab is slow');
        calls.push(call);
        settle.push(resolve);
      }),
  );
  stops.push(async () => api.close());
  const reached = async (count: number): Promise<void> => {
    await expect.poll(() => calls.length).toBe(count);
  };
  return { url: api.url, calls, reached, answer: (at, answer) => settle[at]?.(answer) };
}

const said = (text: string): Answer => ({ ok: true, content: [{ type: 'text', text }] });
const issue = { name: 'get_issue', args: { project_id: 'team/app', issue_iid: 7 } };
const write = { name: 'update_issue', args: { ...issue.args, title: 'T' } };

test('two callers who ask the same at once share one call, and each hears of it under an id of its own', async () => {
  const { url, calls, reached, answer } = await hold();
  const first = callTool(url, issue);
  await reached(1);
  const client = await connectClient(url);
  const heard: (string | undefined)[] = [];
  const answered = client.callTool(
    { name: issue.name, arguments: issue.args },
    { onprogress: ({ message }) => void heard.push(message) },
  );
  await expect.poll(() => heard).toContain('GitLab is slow');
  answer(0, { ok: false, code: 'INTERNAL', detail: 'Broken.' });
  const texts = [(await first).text, textOf(await answered)];
  const ids = texts.map((text) => /Call id: (?<id>[\w-]+)/u.exec(text)?.groups?.['id']);
  await client.close();

  expect(calls).toHaveLength(1);
  expect(texts).toEqual([expect.stringContaining('Broken.'), expect.stringContaining('Broken.')]);
  expect(ids[0]).toBe(calls[0]?.id);
  expect(ids[1]).toMatch(/^[\w-]{36}$/u);
  expect(ids[1]).not.toBe(ids[0]);
});

test('a caller whose write is done does not get the answer to an older read', async () => {
  const { url, calls, reached, answer } = await hold();
  const before = callTool(url, issue);
  await reached(1);
  const written = callTool(url, write);
  await reached(2);
  answer(1, said('written'));
  await written;
  const after = callTool(url, issue);
  await reached(3);
  answer(0, said('old'));
  answer(2, said('new'));

  expect([(await before).text, (await after).text]).toEqual(['old', 'new']);
  expect(calls).toHaveLength(3);
});
