import type { RequestListener } from 'node:http';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/queue/call.ts';
import { tools } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import { serve } from '../gitlab-client/support.ts';
import type { Taken } from '../gitlab-client/support.ts';
import { exceptions } from './openapi-exceptions.ts';
import { createOpenApi } from './openapi.ts';
import { empty, plausible } from './plausible.ts';
import { problemsOf } from './request-problems.ts';
import { sharedData } from './shared-data.ts';
import { createWorkerCall } from './worker-call.ts';

const { folder, isAbsent } = sharedData('gitlab');

interface Played {
  readonly requests: readonly Taken[];
  readonly answers: readonly Answer[];
}

/** What the tool's examples put on the wire, and what came of them. */
async function play(tool: RegisteredTool, gitlab: RequestListener): Promise<Played> {
  const { origin, taken } = await serve(gitlab);
  const call = createWorkerCall(origin);
  return { answers: await Promise.all(tool.examples.map(async (args) => call({ tool, args }))), requests: taken };
}

describe.skipIf(isAbsent)("GitLab's OpenAPI documents", () => {
  const openApi = createOpenApi(path.join(folder, 'openapi'));
  const known = new Map<string, readonly string[]>();

  const problemsWith = async (tool: RegisteredTool): Promise<readonly string[]> => {
    const before = known.get(tool.name);
    if (before !== undefined) return before;
    const { requests, answers } = await play(tool, plausible(openApi));
    const further = tool.run === undefined ? [] : (await play(tool, empty)).requests;
    const found = [...requests, ...further].flatMap((request) => problemsOf(request, openApi));
    // A tool of several calls that gives up on the way has not shown them all.
    const silent = tool.run === undefined ? [] : answers.flatMap((answer) => (answer.ok ? [] : [answer.detail]));
    if (requests.length < tool.examples.length) silent.push('An example asks GitLab nothing.');
    const problems = [...new Set([...found, ...silent])];
    known.set(tool.name, problems);
    return problems;
  };

  test.each([...tools.values()])('know every request that the examples of $name make', async (tool) => {
    const found = await problemsWith(tool);

    expect(found.filter((problem) => !exceptions.has(problem))).toEqual([]);
  });

  test('need each of the exceptions', async () => {
    const found = await Promise.all([...tools.values()].map(async (tool) => problemsWith(tool)));

    expect([...exceptions.keys()].filter((each) => !found.flat().includes(each))).toEqual([]);
  });

  test.each([
    ['GET', '/nonsense', undefined, 'GET /api/v4/nonsense is no route'],
    ['DELETE', '/projects/1/issues', undefined, 'DELETE /api/v4/projects/1/issues is no route'],
    ['GET', '/projects/1/issues?stat=opened', undefined, 'GET /projects/{id}/issues knows no stat'],
    ['GET', '/projects/1/issues?state=open', undefined, 'GET /projects/{id}/issues knows no state=open'],
    ['GET', '/projects/1/issues?page=x', undefined, 'GET /projects/{id}/issues takes no page=x'],
    ['POST', '/projects/1/issues', { labels: 'a' }, 'POST /projects/{id}/issues needs title'],
    [
      'POST',
      '/projects/1/pipeline',
      { ref: 'main', variables: [{ kye: 'a' }] },
      'POST /projects/{id}/pipeline knows no variables[kye]',
    ],
  ])('speak against %s %s with %o', (method, route, body, problem) => {
    const sent = Buffer.from(body === undefined ? '' : JSON.stringify(body));

    expect(problemsOf({ method, url: `/api/v4${route}`, headers: {}, body: sent }, openApi)).toEqual([problem]);
  });
});
