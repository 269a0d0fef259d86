import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { isRepeatable } from '../../src/tools/facts.ts';
import { tools } from '../../src/tools/index.ts';
import type { Args } from '../../src/tools/tool.ts';
import { startGitLab } from '../gitlab/server.ts';
import { callTool } from '../support/clients.ts';
import { startWhole } from '../support/whole.ts';

/** Each tool through HTTP, queue and worker against the stand-in GitLab: success, and two failures. */

const alice = { 'X-GitLab-Token': 'glpat-alice' };

let gitlab: Awaited<ReturnType<typeof startGitLab>>;
let service: Awaited<ReturnType<typeof startWhole>>;

beforeEach(async () => {
  gitlab = await startGitLab();
  service = await startWhole({ GITLAB_API_URL: gitlab.apiUrl });
});

afterEach(async () => {
  await service.close();
  await gitlab.close();
});

const call = async (name: string, args: Args, headers = alice): ReturnType<typeof callTool> =>
  callTool(service.url, { name, args }, headers);

const made = z.object({ id: z.number(), iid: z.number().optional(), issue_link_id: z.number().optional() });
const released = z.object({ assets: z.array(z.object({ url: z.string() })) });

/** The ids of what a tool has just made. */
async function make(name: string, args: Args): Promise<z.infer<typeof made>> {
  return made.parse(JSON.parse((await call(name, args)).text));
}

const withDraft = async (example: Args): Promise<Args> => {
  const { id } = await make('create_draft_note', { project_id: 'team/app', merge_request_iid: 2, body: 'Draft' });
  return { ...example, draft_note_id: id };
};

const withLink = async (example: Args): Promise<Args> => {
  await call('create_issue_link', {
    project_id: 'team/app',
    issue_iid: 1,
    target_project_id: 'team/app',
    target_issue_iid: 2,
  });
  const { text } = await call('list_issue_links', { project_id: 'team/app', issue_iid: 1 });
  const [link] = z.object({ items: z.array(z.object({ issue_link_id: z.number() })) }).parse(JSON.parse(text)).items;
  return { ...example, link_id: link?.issue_link_id };
};

/** What an example needs that only exists once it was made. */
const arranged: Readonly<Record<string, (example: Args) => Promise<Args>>> = {
  get_draft_note: withDraft,
  update_draft_note: withDraft,
  delete_draft_note: withDraft,
  publish_draft_note: withDraft,
  get_issue_link: withLink,
  delete_issue_link: withLink,
  delete_issue: async (example) => {
    const { iid } = await make('create_issue', { project_id: 'team/app', title: 'A mistake' });
    return { ...example, issue_iid: iid };
  },
  download_release_asset: async (example) => {
    const { text } = await call('get_release', { project_id: 'team/app', tag_name: 'v1.1.0' });
    return { ...example, asset_link_url: released.parse(JSON.parse(text)).assets[0]?.url };
  },
};

describe.each([...tools.values()])('$name', (tool) => {
  const { name, effect, examples } = tool;
  const argsOf = async (): Promise<Args> => (await arranged[name]?.(examples[0])) ?? examples[0];

  test('does what its example asks', async () => {
    const { text, isError } = await call(name, await argsOf());

    expect({ text, isError }).toEqual({ text, isError: false });
    expect(text).not.toBe('');
  });

  test('calls itself idempotent only where GitLab hears no POST', async () => {
    const args = await argsOf();
    gitlab.journal.clear();
    await call(name, args);
    const methods = gitlab.journal.entries().map(({ method }) => method);

    expect(methods.includes('POST') && effect !== 'read' && isRepeatable(tool)).toBe(false);
  });

  test('says whose token failed when GitLab does not take it', async () => {
    const { text } = await call(name, await argsOf(), { 'X-GitLab-Token': 'glpat-revoked' });

    expect(text).toMatch(/^GITLAB_UNAUTHORIZED: .*Token was revoked/u);
  });

  test("brings GitLab's own words when it refuses", async () => {
    const args = await argsOf();
    const body = { message: { base: ['is refused', 'for a reason'] } };
    gitlab.faults.add({ fault: { kind: 'status', status: 400, body } });
    const { text, isError } = await call(name, args);

    expect(isError).toBe(true);
    expect(text).toMatch(/^GITLAB_REJECTED: GitLab answered 400: .*is refused.*for a reason/u);
  });
});
