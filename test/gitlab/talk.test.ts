import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createCall } from './client.ts';
import type { Call } from './client.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

let gitlab: GitLabServer;
let call: Call;

beforeEach(async () => {
  gitlab = await startGitLab();
  call = createCall(gitlab.apiUrl);
});
afterEach(async () => gitlab.close());

const mr = '/projects/1/merge_requests/2';
const discussions = `${mr}/discussions`;
const threads = z.array(z.object({ id: z.string(), notes: z.array(z.object({ id: z.number() })) }));

async function thread(index: number): Promise<{ readonly id: string; readonly noteId: number }> {
  const rows = threads.parse((await call(`GET ${discussions}`)).body);
  return { id: rows[index]?.id ?? '', noteId: rows[index]?.notes[0]?.id ?? 0 };
}

describe('a discussion', () => {
  test('shows notes that stand alone, threads and positions', async () => {
    expect(await call(`GET ${discussions}`)).toMatchObject({
      body: [
        { individual_note: true, notes: [{ type: null, resolvable: false }] },
        {
          individual_note: false,
          notes: [{ type: 'DiffNote', resolvable: true, resolved: false, position: { new_line: 5 } }, {}],
        },
        { notes: [{ type: 'DiscussionNote', resolved: true, resolved_by: { username: 'bob' } }] },
        { notes: [{ system: true }] },
      ],
    });
  });

  test('takes an answer, and a note that stood alone becomes a thread', async () => {
    const { id } = await thread(0);
    const answer = await call(`POST ${discussions}/${id}/notes`, { body: { body: 'Thanks' }, token: 'glpat-bob' });
    expect(answer).toMatchObject({ status: 201, body: { type: 'DiscussionNote', author: { username: 'bob' } } });
    expect(await call(`GET ${discussions}/${id}`)).toMatchObject({
      body: { individual_note: false, notes: [{ type: 'DiscussionNote' }, { body: 'Thanks' }] },
    });
  });

  test('is resolved as a whole or by a note, and can hold a merge up', async () => {
    const app = gitlab.store.projects.get(1);
    if (app !== undefined) gitlab.store.putProject({ ...app, discussionsMustBeResolved: true });
    expect(await call(`GET ${mr}`)).toMatchObject({ body: { detailed_merge_status: 'discussions_not_resolved' } });
    const { id, noteId } = await thread(1);
    expect(await call(`PUT ${discussions}/${id}`, { body: { resolved: true } })).toMatchObject({
      body: { notes: [{ resolved: true }, { resolved: true }] },
    });
    expect(await call(`GET ${mr}`)).toMatchObject({ body: { detailed_merge_status: 'mergeable' } });
    const unresolved = await call(`PUT ${discussions}/${id}/notes/${String(noteId)}`, { body: { resolved: false } });
    expect(unresolved).toMatchObject({ body: { resolved: false, resolved_by: null } });
  });

  test('on a line needs all of its position, and a line of the diff', async () => {
    const position = { position_type: 'text', base_sha: 'a', start_sha: 'b' };
    expect(await call(`POST ${discussions}`, { body: { body: 'x', position } })).toMatchObject({
      status: 400,
      body: { error: 'position[head_sha] is missing' },
    });
    const elsewhere = { ...position, head_sha: 'c', new_path: 'README.md', new_line: 1 };
    expect(await call(`POST ${discussions}`, { body: { body: 'x', position: elsewhere } })).toMatchObject({
      status: 400,
      body: { message: '400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}' },
    });
  });

  test.each([
    ['POST', `${discussions}/none/notes`, { body: 'x' }, 404, { message: '404 Discussion Not Found' }],
    ['POST', `${mr}/notes`, {}, 400, { error: 'body is missing' }],
    ['POST', `${mr}/notes`, { body: '' }, 400, { message: '400 Bad request - Note {:note=>["can\'t be blank"]}' }],
  ])('%s %s with %j is refused with %i', async (method, path, body, status, answer) => {
    expect(await call(`${method} ${path}`, { body })).toMatchObject({ status, body: answer });
  });
});

test("somebody else's note is changed by maintainers only", async () => {
  const { id, noteId } = await thread(3);
  const note = `${discussions}/${id}/notes/${String(noteId)}`;
  expect(await call(`PUT ${note}`, { body: { body: 'y' }, token: 'glpat-carol' })).toMatchObject({ status: 403 });
  expect(await call(`PUT ${note}`, { body: { body: 'y' } })).toMatchObject({ status: 200, body: { body: 'y' } });
});

test("drafts are their author's own until they are published", async () => {
  const { id } = await thread(1);
  const drafts = `${mr}/draft_notes`;
  await call(`POST ${drafts}`, {
    body: { note: 'In the thread', in_reply_to_discussion_id: id, resolve_discussion: true },
  });
  await call(`POST ${drafts}`, { body: { note: 'Alone' } });
  expect(await call(`GET ${drafts}`, { token: 'glpat-bob' })).toMatchObject({ body: [] });
  expect(await call(`GET ${drafts}`)).toMatchObject({
    body: [
      { id: 1, discussion_id: id },
      { id: 2, note: 'Alone' },
    ],
  });
  expect(await call(`PUT ${drafts}/1`, { body: {} })).toMatchObject({
    status: 400,
    body: { message: '400 Bad request - Missing params to modify' },
  });
  expect(await call(`POST ${drafts}/bulk_publish`)).toMatchObject({ status: 204 });
  expect(await call(`GET ${drafts}`)).toMatchObject({ body: [] });
  expect(await call(`GET ${discussions}/${id}`)).toMatchObject({
    body: { notes: [{ resolved: true }, {}, { body: 'In the thread', resolved: true }] },
  });
  expect(await call(`GET ${mr}/notes?per_page=1`)).toMatchObject({ body: [{ body: 'Alone', type: null }] });
});

test('what people do becomes events', async () => {
  await call('POST /projects/1/issues', { body: { title: 'Event' }, token: 'glpat-bob' });
  await call(`POST ${mr}/notes`, { body: { body: 'Event' }, token: 'glpat-bob' });
  expect(await call('GET /events?per_page=2', { token: 'glpat-bob' })).toMatchObject({
    body: [
      { action_name: 'commented on', target_type: 'Note' },
      { action_name: 'opened', target_iid: 46 },
    ],
  });
  const created = await call('GET /projects/1/events?action=created&target_type=issue');
  expect(created.headers.get('X-Total')).toBe('5');
});
