import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/queue/call.ts';
import { routeOf } from '../../src/tools/facts.ts';
import { tools } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import type { Args, Endpoint } from '../../src/tools/tool.ts';
import { serve } from '../gitlab-client/support.ts';
import { readRecordings, replay } from './recordings.ts';
import type { Recording } from './recordings.ts';
import { sharedData } from './shared-data.ts';
import { createWorkerCall } from './worker-call.ts';

/** The recorded exchanges that some tool makes; raise it when a tool is added. */
const FLOOR = 400;

/** Nothing of ours sends it: the number is larger than any that GitLab can hold. */
const unaskable = '/merge_requests/100000000000000000000';

const { folder, isAbsent } = sharedData('gitlab');
const recordings = isAbsent ? [] : readRecordings(folder).filter(({ url }) => !url.endsWith(unaskable));

/** How the recorded client, which is Python, wrote booleans. */
const fromPython = new Map([
  ['True', true],
  ['False', false],
]);

type Argument = readonly [name: string, value: unknown];

/** The arguments that make a tool ask for a recorded URL by this endpoint; nothing where it cannot. */
function argumentsFor(tool: RegisteredTool, endpoint: Endpoint, { method, url }: Recording): Args | undefined {
  const route = routeOf(endpoint);
  if (route.method !== method) return undefined;
  const { pathname, searchParams } = new URL(url);
  const names = [...route.template.matchAll(/[:*](?<name>\w+)/gu)].map(([, name = '']) => name);
  const pattern = route.template.replaceAll(/:\w+/gu, '([^/]+)').replaceAll(/\*\w+/gu, '(.+)');
  const values = new RegExp(`^/api/v4${pattern}$`, 'u').exec(pathname)?.slice(1);
  if (values === undefined) return undefined;
  const inPath = names.map((name, index): Argument => [name, decodeURIComponent(values[index] ?? '')]);
  const inQuery = [...new Set(searchParams.keys())].map((name): Argument => {
    const all = searchParams.getAll(name).map((value) => fromPython.get(value) ?? value);
    return name.endsWith('[]') ? [name.slice(0, -2), all] : [name, all.at(-1)];
  });
  const known = inQuery.filter(([name]) => Object.hasOwn(tool.input, name));
  return Object.fromEntries<unknown>([...known, ...inPath]);
}

interface Play {
  readonly number: number;
  readonly recorded: Recording;
  readonly args: Args;
}

/** Every recording that the tool's endpoint matches; arguments that were in the unrecorded body come from an example. */
function playsOf(tool: RegisteredTool): readonly Play[] {
  const endpoints = tool.or === undefined ? [tool.endpoint] : [tool.endpoint, tool.or.endpoint];
  const example = Object.entries(tool.examples[0]).filter(([name]) => name !== tool.or?.when);
  return recordings.flatMap((recorded, number) => {
    const found = endpoints.map((each) => argumentsFor(tool, each, recorded)).find((each) => each !== undefined);
    return found === undefined ? [] : [{ number, recorded, args: { ...Object.fromEntries(example), ...found } }];
  });
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((each) => stringsIn(each)) : [];
}

/** What is wrong with a tool's answer to what GitLab said, if anything is. */
function faultOf({ recorded, args }: Play, answer: Answer): unknown {
  const { method, url, status, body } = recorded;
  const isRight = answer.ok
    ? status < 300 && answer.content.length > 0
    : status >= 400 && stringsIn(body).every((words) => answer.detail.includes(words));
  return isRight ? undefined : { asked: `${method} ${url}`, status, args, answer, body: status >= 400 ? body : '...' };
}

const played = [...tools.values()].map((tool) => ({ tool, name: tool.name, plays: playsOf(tool) }));
const matched = played.filter(({ plays }) => plays.length > 0);

describe.skipIf(isAbsent)('what gitlab.com has answered', () => {
  test.each(matched)("$name shows each success and repeats GitLab's words of each failure", async ({ tool, plays }) => {
    const { origin } = await serve(replay(recordings));
    const call = createWorkerCall(origin);

    const faults = await Promise.all(
      plays.map(async (play) =>
        faultOf(play, await call({ tool, args: play.args, token: `recording-${String(play.number)}` })),
      ),
    );

    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test('is played to a good part', () => {
    const counts = matched.map(({ name, plays }) => `${name} ${String(plays.length)}`);
    process.stderr.write(`recorded answers played: ${counts.join(', ')}\n`);
    const distinct = new Set(matched.flatMap(({ plays }) => plays.map(({ number }) => number)));

    expect(distinct.size).toBeGreaterThanOrEqual(FLOOR);
  });

  test('is both successes and failures', () => {
    const statuses = new Set(matched.flatMap(({ plays }) => plays.map(({ recorded }) => recorded.status)));

    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 403, 404]));
  });
});
