import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectClient, connectOldClient, textOf } from '../support/clients.ts';
import type { Service } from '../support/service.ts';
import { timedCall } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

interface Told {
  readonly progress: number;
  readonly message?: string | undefined;
}

interface Progressing {
  readonly told: readonly Told[];
  readonly text: string;
}

type CallWithProgress = (url: string, args: Readonly<Record<string, unknown>>) => Promise<Progressing>;

const alice = { 'X-GitLab-Token': 'glpat-alice' };
const NAME = 'list_issues';

const eras: readonly { readonly era: string; readonly call: CallWithProgress }[] = [
  {
    era: 'the protocol of 2026-07-28',
    call: async (url, args) => {
      const client = await connectClient(`${url}/mcp`, alice);
      const told: Told[] = [];
      const onprogress = (each: Told): void => void told.push(each);
      const text = textOf(await client.callTool({ name: NAME, arguments: args }, { onprogress }));
      await client.close();
      return { told, text };
    },
  },
  {
    era: 'the older protocol',
    call: async (url, args) => {
      const client = await connectOldClient(`${url}/mcp`, alice);
      const told: Told[] = [];
      const onprogress = (each: Told): void => void told.push(each);
      const text = textOf(await client.callTool({ name: NAME, arguments: args }, undefined, { onprogress }));
      await client.close();
      return { told, text };
    },
  },
];

const project = { project_id: 'team/app' };

describe.skipIf(!hasRedis).each(eras)('a client of $era that asks for progress', ({ call }) => {
  let stage: Stage;
  let api: Service;

  beforeAll(async () => {
    stage = await setStage(13);
    [api] = await Promise.all([stage.start('api'), stage.start('worker', { WORKER_READ_CONCURRENCY: '1' })]);
  });

  afterAll(async () => stage.stop());

  afterEach(async () => {
    await stage.gitlab.clearFaults();
    await stage.gitlab.clearLimits();
  });

  test('hears how many calls stand before its own', async () => {
    await stage.gitlab.clearJournal();
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 2500 } });
    const before = Array.from({ length: 2 }, async (_, nth) =>
      timedCall(api.url, { name: NAME, args: { ...project, page: nth + 1 }, user: 1 }),
    );
    await expect.poll(async () => (await stage.gitlab.journal()).length).toBeGreaterThan(0);
    const { told, text } = await call(api.url, { ...project, page: 9 });
    await Promise.all(before);

    expect(told.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^queued behind (?:at most )?[12]\b/u),
    );
    expect(told.map(({ progress }) => progress)).toEqual(increasing(told));
    expect(JSON.parse(text)).toMatchObject({ page: 9 });
  });

  test('hears when GitLab allows the next call', async () => {
    await stage.gitlab.fault({ times: 1, fault: { kind: 'throttle429', retryAfterSeconds: 3 } });
    const { told, text } = await call(api.url, { ...project, page: 2 });

    expect(told.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^GitLab allows the next call in [1-4] s$/u),
    );
    expect(told.map(({ progress }) => progress)).toEqual(increasing(told));
    expect(JSON.parse(text)).toMatchObject({ page: 2 });
  });

  test('hears of each retry and of its cause', async () => {
    await stage.gitlab.fault({ times: 2, fault: { kind: 'htmlBefore' } });
    const { told, text } = await call(api.url, { ...project, page: 3 });
    const retries = told.map(({ message }) => message).filter((message) => message?.startsWith('retry') === true);

    expect(retries).toEqual(['retry 1 of 5 after 502', 'retry 2 of 5 after 502']);
    expect(told.map(({ progress }) => progress)).toEqual(increasing(told));
    expect(JSON.parse(text)).toMatchObject({ page: 3 });
  });
});

/** As many numbers as were told, each one higher than the one before. */
const increasing = (told: readonly Told[]): readonly number[] =>
  [...new Set(told.map(({ progress }) => progress))].toSorted((one, other) => one - other);
