import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { tools } from '../../src/tools/index.ts';
import { prompts } from '../../src/tools/prompts.ts';
import { startApiWith } from '../support/api.ts';
import { callTool, connectClient, post } from '../support/clients.ts';

const flags = { USE_PIPELINE: 'true', USE_MILESTONE: 'true', USE_GITLAB_WIKI: 'true' };
const stops: (() => Promise<void>)[] = [];

/** The API with a worker that answers with the call's arguments. */
async function start(env: Readonly<Record<string, string>> = {}): Promise<string> {
  const api = await startApiWith(
    async ({ args }) => ({ ok: true, content: [{ type: 'text', text: JSON.stringify(args) }] }),
    env,
  );
  stops.push(async () => api.close());
  return api.url;
}

afterEach(async () => {
  await Promise.all(stops.splice(0).map(async (stop) => stop()));
});

const listed = z.object({
  result: z.object({
    tools: z.array(
      z.object({ name: z.string(), inputSchema: z.looseObject({ required: z.array(z.string()).optional() }) }),
    ),
  }),
});

async function list(url: string): Promise<z.infer<typeof listed>['result']['tools']> {
  const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/list' });
  return listed.parse(await response.json()).result.tools;
}

const requires = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
  const found = (await list(await start(env))).find(({ name }) => name === 'get_issue');
  return found?.inputSchema.required;
};

describe('tools/list', () => {
  test.each([
    [{}, 68],
    [{ USE_PIPELINE: 'true' }, 81],
    [flags, 96],
  ])('with %j counts %i tools', async (env, count) => {
    expect(await list(await start(env))).toHaveLength(count);
  });

  test('asks for no argument that the server fills in', async () => {
    expect(await requires({})).toEqual(['project_id', 'issue_iid']);
    expect(await requires({ GITLAB_PROJECT_ID: 'team/app' })).toEqual(['issue_iid']);
  });
});

test('the project of the server is used where a call names none', async () => {
  const url = await start({ GITLAB_PROJECT_ID: 'team/app', GITLAB_DEFAULT_NAMESPACE: 'team' });
  const argsOf = async (name: string, args: Readonly<Record<string, unknown>>): Promise<unknown> =>
    JSON.parse((await callTool(url, { name, args })).text);

  expect(await argsOf('get_issue', { issue_iid: 1 })).toMatchObject({ project_id: 'team/app' });
  expect(await argsOf('get_issue', { issue_iid: 1, project_id: 7 })).toMatchObject({ project_id: 7 });
  expect(await argsOf('list_group_projects', {})).toMatchObject({ group_id: 'team' });
});

test('JSON comes as structuredContent too only where that is switched on', async () => {
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'get_project', arguments: { project_id: 'a/b' } },
  };
  const resultOf = async (env: Readonly<Record<string, string>>): Promise<unknown> =>
    (await post(await start(env), message)).json();

  expect(await resultOf({})).not.toHaveProperty('result.structuredContent');
  expect(await resultOf({ STRUCTURED_CONTENT: 'on' })).toMatchObject({
    result: { content: [{ text: '{"project_id":"a/b"}' }], structuredContent: { project_id: 'a/b' } },
  });
});

test('the instructions speak of the toolsets that are on', async () => {
  const client = await connectClient(await start());
  const withPipelines = await connectClient(await start(flags));

  expect(client.getInstructions()).toMatch(/project_id: numeric id or full path/u);
  expect(client.getInstructions()).not.toMatch(/get_pipeline_job_output/u);
  expect(withPipelines.getInstructions()).toMatch(/get_pipeline_job_output/u);
  await Promise.all([client.close(), withPipelines.close()]);
});

describe('prompts', () => {
  test('are listed when the tools that they name are on', async () => {
    const client = await connectClient(await start());
    const all = await connectClient(await start(flags));
    const names = async ({ listPrompts }: Pick<typeof client, 'listPrompts'>): Promise<readonly string[]> =>
      (await listPrompts()).prompts.map(({ name }) => name);

    expect(await names({ listPrompts: async () => client.listPrompts() })).not.toContain('debug_pipeline');
    expect(await names({ listPrompts: async () => all.listPrompts() })).toEqual(prompts.map(({ name }) => name));
    await Promise.all([client.close(), all.close()]);
  });

  test('come with their arguments filled in', async () => {
    const client = await connectClient(await start());
    const args = { project_id: 'team/app', merge_request_iid: '7' };
    const { messages } = await client.getPrompt({ name: 'code_review', arguments: args });

    expect(messages).toMatchObject([
      { role: 'user', content: { text: expect.stringMatching(/^Review merge request !7 of team\/app\./u) } },
    ]);
    await expect(client.getPrompt({ name: 'code_review', arguments: {} })).rejects.toThrow(
      'project_id, merge_request_iid',
    );
    await expect(client.getPrompt({ name: 'nonsense' })).rejects.toThrow('Unknown prompt');
    await client.close();
  });

  test.each(prompts)('$name names only tools that its toolsets hold', ({ text, toolsets }) => {
    // Said only for where pipelines are on.
    const optional = 'get_latest_release_pipeline';
    const named = [...text.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/gu)].map(([word]) => tools.get(word));
    const needed = named.filter((tool) => tool !== undefined && tool.name !== optional).map((tool) => tool?.toolset);

    expect(toolsets).toEqual(expect.arrayContaining(needed));
  });
});
