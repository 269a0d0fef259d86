import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { createMetrics } from '../../src/api/metrics.ts';
import type { Metrics } from '../../src/api/metrics.ts';
import { createLog } from '../../src/log.ts';
import { metrics as names } from '../../src/metrics.ts';

const directive = z.object({
  Namespace: z.string(),
  Dimensions: z.array(z.array(z.string())),
  Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })),
});
const line = z.looseObject({ _aws: z.object({ Timestamp: z.number(), CloudWatchMetrics: z.tuple([directive]) }) });
type Line = z.infer<typeof line>;

const state = { backlog: 9, runnable: 6, workers: 2, oldestWaitingMs: 1500 };

async function unknownState(): Promise<never> {
  throw new Error('Redis is gone');
}

describe('the metrics', () => {
  let written: string[];

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    written = [];
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function start({ isOn = true, gauges = async () => state } = {}): Metrics {
    const stack = isOn ? 'mcp' : undefined;
    const log = createLog({ level: 'info', destination: { write: (text) => void written.push(text) } });
    return createMetrics({ stack, gauges, log, now: Date.now, random: () => 0.5 });
  }

  const lines = (): Line[] => written.map((text) => line.parse(JSON.parse(text)));
  const values = (name: string): unknown[] => lines().flatMap((each) => (name in each ? [each[name]] : []));

  test('are written every 15 s, what has happened since the last time', async () => {
    const metrics = start();
    metrics.ended({ outcome: 'OK', ms: 20, throttled: 1 });
    metrics.ended({ outcome: 'ASKED', ms: 5, throttled: 0 });
    metrics.ended({ outcome: 'GITLAB_FAILED', ms: 30, throttled: 2 });
    await vi.advanceTimersByTimeAsync(15_000);
    metrics.ended({ outcome: 'OK', ms: 7, throttled: 0 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(values('Calls')).toEqual([3, 1]);
    expect(values('GitLab429s')).toEqual([3, 0]);
    expect(values('CallDuration')).toEqual([[20, 5, 30], [7]]);
    expect(values('CallFailures')).toEqual([1]);
    expect(lines().find((each) => 'CallFailures' in each)).toMatchObject({ Stack: 'mcp', Code: 'GITLAB_FAILED' });
  });

  test('count the calls that did not reach GitLab, or not in time', async () => {
    const metrics = start();
    const codes = [
      'GITLAB_UNREACHABLE',
      'GITLAB_TIMEOUT',
      'GITLAB_UNAVAILABLE',
      'DEADLINE_EXCEEDED',
      'GITLAB_NOT_FOUND',
    ];
    for (const outcome of [...codes, 'OK', 'GITLAB_TIMEOUT']) metrics.ended({ outcome, ms: 1, throttled: 0 });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(values('CallsWithoutGitLab')).toEqual([5, 0]);
  });

  test('tell the state of the queue, also when nothing has happened', async () => {
    start();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(lines()[0]).toMatchObject({
      Backlog: 9,
      RunnableBacklogPerWorker: 3,
      OldestWaitingAge: 1.5,
      LiveWorkers: 2,
    });
  });

  test('count the runnable calls also where no worker lives', async () => {
    start({ gauges: async () => ({ ...state, workers: 0 }) });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(values('RunnableBacklogPerWorker')).toEqual([6]);
  });

  test('are written without the state of the queue when that is not known', async () => {
    start({ gauges: unknownState });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(written.some((text) => text.includes('the state of the queue is not known'))).toBe(true);
    expect(written.some((text) => text.includes('"Calls":0'))).toBe(true);
  });

  test('are in the form that CloudWatch reads, each with a value, a unit and its dimensions', async () => {
    const metrics = start();
    metrics.ended({ outcome: 'BUSY', ms: 1, throttled: 0 });
    await metrics.close();
    const units: Record<string, string> = { ...names.gauges, ...names.events };
    const told = lines().flatMap(({ _aws: { CloudWatchMetrics: each }, ...fields }) =>
      each.flatMap(({ Namespace, Dimensions, Metrics: all }) => {
        expect(Namespace).toBe('GitLabMcp');
        expect(Dimensions.flat().filter((name) => typeof fields[name] !== 'string')).toEqual([]);
        return all.map(({ Name, Unit }) => {
          expect([Name, Unit]).toEqual([Name, units[Name]]);
          expect(fields[Name]).toBeDefined();
          return Name;
        });
      }),
    );
    expect(told.toSorted()).toEqual(Object.keys(units).toSorted());
  });

  test('hold a sample of at most 100 durations, and count all calls', async () => {
    const metrics = start();
    for (let call = 0; call < 1000; call += 1) metrics.ended({ outcome: 'OK', ms: call, throttled: 0 });
    await metrics.close();
    expect(values('Calls')).toEqual([1000]);
    expect(z.array(z.array(z.number()).length(100)).parse(values('CallDuration'))).toHaveLength(1);
  });

  test('are off without a name for the deployment', async () => {
    const metrics = start({ isOn: false });
    metrics.ended({ outcome: 'OK', ms: 1, throttled: 0 });
    await vi.advanceTimersByTimeAsync(60_000);
    await metrics.close();
    expect(written).toEqual([]);
  });
});
