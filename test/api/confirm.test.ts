import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ElicitResult } from '@modelcontextprotocol/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { tools } from '../../src/tools/index.ts';
import { startGitLab } from '../gitlab/server.ts';
import { callTool, connectClient, connectOldClient, textOf } from '../support/clients.ts';
import { alice, DELETED, deleteIssue, deleteWith, writesAt } from '../support/confirm.ts';
import { startWhole } from '../support/whole.ts';

/** Destructive calls ask first, as clients see it. */

const destructive = [...tools.values()].filter(({ effect }) => effect === 'destructive');

let gitlab: Awaited<ReturnType<typeof startGitLab>>;
let service: Awaited<ReturnType<typeof startWhole>>;
let plain: Awaited<ReturnType<typeof startWhole>>;

beforeAll(async () => {
  gitlab = await startGitLab();
  service = await startWhole({ GITLAB_API_URL: gitlab.apiUrl, DESTRUCTIVE_CONFIRM: 'argument' });
  plain = await startWhole({ GITLAB_API_URL: gitlab.apiUrl });
});

afterAll(async () => {
  await Promise.all([service.close(), plain.close()]);
  await gitlab.close();
});

beforeEach(() => {
  gitlab.journal.clear();
});

const asks: string[] = [];
const open: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  asks.length = 0;
  await Promise.all(open.splice(0).map(async (client) => client.close()));
});

/** A client of 2026-07-28 whose user answers like this. */
async function asking(url: string, answer: ElicitResult): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asks.push(params.message);
    return answer;
  });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: alice } }));
  open.push(client);
  return client;
}

const yes: ElicitResult = { action: 'accept', content: { confirm: true } };

describe('a client of 2026-07-28 that can ask its user', () => {
  test('asks, says what would happen, and the call runs once the user agrees', async () => {
    const client = await asking(service.url, yes);

    expect(await client.callTool(deleteIssue)).not.toMatchObject({ isError: true });
    expect(asks).toEqual(['delete_issue with project_id "team/app", issue_iid 1: Delete an issue for good.']);
    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test.each<[string, ElicitResult]>([
    ['declines', { action: 'decline' }],
    ['cancels', { action: 'cancel' }],
    ['accepts without ticking the box', { action: 'accept', content: { confirm: false } }],
    ['accepts an empty form', { action: 'accept', content: {} }],
  ])('does nothing when the user %s', async (_, answer) => {
    const client = await asking(service.url, answer);
    const result = await client.callTool(deleteIssue);

    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/^NOT_CONFIRMED: delete_issue was declined: nothing was done\./u);
    expect(asks).toHaveLength(1);
    expect(writesAt(gitlab)).toEqual([]);
  });

  test('is asked for every destructive tool, and for no other', async () => {
    const client = await asking(service.url, { action: 'decline' });
    for (const { name, examples } of tools.values()) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one question at a time
      await client.callTool({ name, arguments: { ...examples[0] } });
    }

    expect(asks.map((message) => message.split(' ', 1)[0])).toEqual(destructive.map(({ name }) => name));
  });

  test('is not asked about arguments that do not fit', async () => {
    const client = await asking(service.url, yes);
    const result = await client.callTool({ name: 'delete_issue', arguments: { project_id: 'team/app' } });

    expect(textOf(result)).toMatch(/^INVALID_ARGUMENTS: issue_iid is required/u);
    expect(asks).toEqual([]);
  });

  test('cannot be passed by with the argument of older clients, which its listing lacks', async () => {
    const client = await asking(service.url, yes);
    const { tools: listed } = await client.listTools();
    const args = { ...deleteIssue.arguments, confirm: true };

    expect(JSON.stringify(listed)).not.toContain('"confirm"');
    expect(textOf(await client.callTool({ ...deleteIssue, arguments: args }))).toMatch(/no argument "confirm"/u);
    expect(writesAt(gitlab)).toEqual([]);
  });

  test('only names texts that are not the target', async () => {
    const client = await asking(service.url, { action: 'decline' });
    const args = {
      project_id: 'team/app',
      merge_request_iid: '2',
      squash: true,
      merge_commit_message: 'a secret',
    };
    await client.callTool({ name: 'merge_merge_request', arguments: args });

    expect(asks[0]).toMatch(
      /^merge_merge_request with project_id "team\/app", merge_request_iid 2, squash true \(and merge_commit_message\): /u,
    );
  });

  test('is shown what cannot be seen in a name', async () => {
    const client = await asking(service.url, { action: 'decline' });
    const args = { project_id: 'team/app', label_id: 'a\u202Eb\u{E0041}\n' };
    await client.callTool({ name: 'delete_label', arguments: args });

    expect(asks[0]).toContain(String.raw`label_id "a\u{202e}b\u{e0041}\n"`);
  });
});

const listed = z.object({
  tools: z.array(z.object({ name: z.string(), inputSchema: z.object({ properties: z.looseObject({}) }) })),
});

describe('older clients', () => {
  test('see the argument on destructive tools only', async () => {
    const client = await connectOldClient(service.url, alice);
    open.push(client);
    const { tools: all } = listed.parse(await client.listTools());

    expect(all.filter(({ inputSchema }) => 'confirm' in inputSchema.properties).map(({ name }) => name)).toEqual(
      destructive.map(({ name }) => name),
    );
  });

  test('of 2026-07-28 without elicitation see it too', async () => {
    const client = await connectClient(service.url, alice);
    open.push(client);
    const { tools: all } = await client.listTools();

    expect(all.filter((each) => JSON.stringify(each).includes('"confirm"'))).toHaveLength(destructive.length);
  });

  test('hear what would happen, and the call runs when it is repeated with confirm=true', async () => {
    const client = await connectOldClient(service.url, alice);
    open.push(client);
    const first = await client.callTool(deleteIssue);

    expect(first.isError).toBe(true);
    expect(textOf(first)).toBe(
      'NOT_CONFIRMED: delete_issue with project_id "team/app", issue_iid 1: Delete an issue for good. Nothing was done; once the user agrees, repeat the call with confirm=true. Call again only when the user agrees.',
    );
    expect(writesAt(gitlab)).toEqual([]);

    await client.callTool(deleteWith({ confirm: true }));

    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test.each([undefined, false, 'true', 'yes', 1, null, {}, [true]])(
    'a bare curl with confirm=%j does nothing',
    async (confirm) => {
      const call = { name: 'delete_issue', args: { ...deleteIssue.arguments, confirm } };

      expect(await callTool(service.url, call, alice)).toEqual({
        isError: true,
        text: expect.stringMatching(/^NOT_CONFIRMED: .*confirm=true/u),
      });
      expect(writesAt(gitlab)).toEqual([]);
    },
  );

  test.each(destructive)('$name waits for its confirmation', async ({ name, examples }) => {
    expect(await callTool(service.url, { name, args: examples[0] }, alice)).toEqual({
      isError: true,
      text: expect.stringMatching(/^NOT_CONFIRMED: /u),
    });
    expect(writesAt(gitlab)).toEqual([]);
  });
});

describe('a quick action that stands for a destructive tool', () => {
  const note = { project_id: 'team/app', merge_request_iid: 2, body: 'Fine.\n/merge' };

  test.each(['argument', 'question'])('is refused beside the confirmation by %s', async (how) => {
    const client = how === 'argument' ? await connectOldClient(service.url, alice) : await asking(service.url, yes);
    if (how === 'argument') open.push(client);
    const result = await client.callTool({ name: 'create_merge_request_note', arguments: note });

    expect(textOf(result)).toMatch(/^NOT_PERMITTED: .*\/merge.*merge_merge_request/u);
    expect(asks).toEqual([]);
    expect(writesAt(gitlab)).toEqual([]);
  });

  test('passes where nothing asks', async () => {
    const call = { name: 'create_merge_request_note', args: note };

    expect(await callTool(plain.url, call, alice)).toMatchObject({ isError: false });
    expect(writesAt(gitlab)).toHaveLength(1);
  });
});

describe('with DESTRUCTIVE_CONFIRM=off', () => {
  test('nothing asks', async () => {
    const client = await asking(plain.url, { action: 'decline' });
    await client.callTool(deleteIssue);

    expect(asks).toEqual([]);
    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test('confirm is no argument', async () => {
    const { text } = await callTool(plain.url, { name: 'delete_issue', args: { confirm: true } }, alice);
    const client = await connectOldClient(plain.url, alice);
    open.push(client);

    expect(text).toMatch(/delete_issue has no argument "confirm"/u);
    expect(JSON.stringify(await client.listTools())).not.toContain('"confirm"');
  });
});
