import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { plainVerdict, verdictOn } from './answer.ts';
import type { Call, Lane, Outcome, Plan } from './plan.ts';

/** Sockets to one target; more calls at once wait in the client, as with agents. */
const MAX_SOCKETS = 512;
/** Longer than any call of the service may take. */
const PATIENCE_MS = 180_000;

/** Carries out plans, over connections that it keeps. */
export function createRunner(): (plan: Plan) => Promise<readonly Outcome[]> {
  const dispatcher = new Agent({ connections: MAX_SOCKETS, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS });
  return async ({ targets, lanes }) => {
    let turn = 0;
    const nextTarget = (): string => {
      turn += 1;
      return targets[turn % targets.length] ?? '';
    };
    const results = await Promise.all(
      lanes.map(async (lane, index) => runLane({ lane, index, dispatcher, nextTarget })),
    );
    return results.flat();
  };
}

interface Run {
  readonly lane: Lane;
  readonly index: number;
  readonly dispatcher: Dispatcher;
  readonly nextTarget: () => string;
}

async function runLane(run: Run): Promise<readonly Outcome[]> {
  const { calls, atOnce, pauseMs = 0 } = run.lane;
  const outcomes: Outcome[] = [];
  const queue = calls.entries();
  const oneByOne = async (): Promise<void> => {
    for (const [index, call] of queue) {
      if (pauseMs > 0) await sleep(pauseMs); // oxlint-disable-line no-await-in-loop -- the caller thinks
      outcomes.push(await runCall(run, call, index)); // oxlint-disable-line no-await-in-loop -- one after the other
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, calls.length) }, oneByOne));
  return outcomes;
}

async function runCall(run: Run, call: Call, index: number): Promise<Outcome> {
  const begunAt = Date.now();
  const begun = performance.now();
  const verdict = await send(run, call, index).catch((error: unknown) => ({ code: 'LOST', words: String(error) }));
  return { lane: run.index, index, begunAt, ms: performance.now() - begun, ...verdict };
}

async function send(
  { lane, dispatcher, nextTarget }: Run,
  call: Call,
  id: number,
): Promise<Pick<Outcome, 'code' | 'words'>> {
  if ('path' in call) {
    return plainVerdict(await received(`${nextTarget()}${call.path}`, { dispatcher, headers: lane.headers }));
  }
  const params = { name: call.tool, arguments: call.args };
  const answer = await received(nextTarget(), {
    dispatcher,
    method: 'POST',
    // As the SDK's clients ask.
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...lane.headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
  });
  return verdictOn(answer);
}

async function received(
  url: string,
  options: Parameters<typeof request>[1],
): Promise<{ readonly status: number; readonly type: string; readonly body: string }> {
  const { statusCode, headers, body } = await request(url, options);
  return { status: statusCode, type: String(headers['content-type']), body: await body.text() };
}
