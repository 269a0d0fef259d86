import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { apiBase, wirePath } from '../../src/gitlab/url.ts';
import type { GitLabRequest } from '../../src/gitlab/request.ts';
import { checkArguments } from '../../src/tools/arguments.ts';
import { tools } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import { askedBy, withNumbers } from '../../src/tools/reach.ts';
import { requestFor, requestOf } from '../../src/tools/request.ts';
import type { Args, AskGitLab } from '../../src/tools/tool.ts';

/** No argument value changes which project's path a request has. */

const base = apiBase('https://gitlab.example.com/api/v4');

/** What a server makes of the path: dots resolved as the URL class and every proxy do it. */
function projectAtServer(request: GitLabRequest): string {
  const { pathname } = new URL(`${base.origin}${wirePath(base, request)}`);
  const [, api, version, room, project = ''] = pathname.split('/');
  return [api, version, room, decodeURIComponent(project)].join(' ');
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '..%2f..%2f2',
    '../../2',
    '/',
    '//',
    '\\..\\',
    '?id=2',
    '#',
    '\u{0}',
    '\u{D800}',
    '',
  ),
  fc
    .array(fc.constantFrom('..', '.', '2', 'projects', '%2F', '%2e', '/', '\\', ';', 'team/lib'), { maxLength: 6 })
    .map((parts) => parts.join('/')),
  fc.integer(),
  fc.double(),
  fc.boolean(),
);

/** Every request that a tool makes for the arguments, its answers made up. */
async function requestsOf(tool: RegisteredTool, args: Args): Promise<readonly GitLabRequest[]> {
  if (tool.run === undefined) return [requestOf(tool, args)];
  const made: GitLabRequest[] = [];
  const ask: AskGitLab = async (endpoint, params) => {
    made.push(requestFor(endpoint, params));
    return { body: { id: 1, iid: 1, diff_refs: null, format: 'markdown', position: null } };
  };
  // What a made-up answer lacks ends the tool, after its first requests.
  await tool.run(ask, args as never).catch(() => undefined); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
  return made;
}

async function requestsFor(tool: RegisteredTool, given: Args): Promise<readonly GitLabRequest[]> {
  try {
    return await requestsOf(tool, checkArguments(tool, given));
  } catch (error) {
    if (error instanceof Failure && error.code === 'INVALID_ARGUMENTS') return [];
    throw error;
  }
}

const inProject = [...tools.values()].filter(({ input }) => Object.hasOwn(input, 'project_id'));

describe.each(inProject)('$name', (tool) => {
  const [example] = tool.examples;
  const others = Object.keys({ ...tool.input, ...tool.view }).filter((name) => name !== 'project_id');

  test('makes its example’s requests in its project', async () => {
    const requests = await requestsFor(tool, example);

    expect(requests.length).toBeGreaterThan(0);
    expect(new Set(requests.map((each) => projectAtServer(each)))).toEqual(new Set(['api v4 projects team/app']));
  });

  test('stays in its project whatever its other arguments are', async () => {
    const changes = fc.dictionary(fc.constantFrom('none', ...others), hostile, { minKeys: 1, maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async ({ none: _none, ...change }) => {
        for (const request of await requestsFor(tool, { ...example, ...change })) {
          expect(projectAtServer(request)).toBe('api v4 projects team/app');
        }
      }),
      { numRuns: 60 },
    );
  });

  test('goes to the project that it names, and its number takes the name’s place only', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (project) => {
        for (const request of await requestsFor(tool, { ...example, project_id: project })) {
          const [name = ''] = askedBy(request).projects;
          const numbered = withNumbers(request, () => '7');
          const kept = withNumbers(request, (same) => same);

          expect(projectAtServer(request)).toBe(`api v4 projects ${name}`);
          expect(numbered.path.split('/').toSpliced(2, 1)).toEqual(request.path.split('/').toSpliced(2, 1));
          expect(projectAtServer(numbered)).toBe('api v4 projects 7');
          expect(kept.path).toBe(request.path);
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('every argument that names a project is one that the policy looks at', () => {
  const names = [...tools.values()].flatMap(({ input }) => Object.keys(input)).filter((name) => /project/u.test(name));

  expect(new Set(names)).toEqual(new Set(['project_id', 'target_project_id']));
});
