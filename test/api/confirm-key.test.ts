import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startGitLab } from '../gitlab/server.ts';
import { alice, askFor, DELETED, postLeg, writesAt } from '../support/confirm.ts';
import { toldIn } from '../support/told.ts';
import type { Told } from '../support/told.ts';
import { startWhole } from '../support/whole.ts';

/** A confirmed call that its client repeats, at the same replica and at another one. */

let gitlab: Awaited<ReturnType<typeof startGitLab>>;
let service: Awaited<ReturnType<typeof startWhole>>;
let otherUrl: string;

beforeEach(async () => {
  gitlab = await startGitLab();
  const env = { GITLAB_API_URL: gitlab.apiUrl, DESTRUCTIVE_CONFIRM: 'argument', CALL_TIMEOUT_MS: '3000' };
  service = await startWhole(env);
  otherUrl = await service.join({});
});

afterEach(async () => {
  await service.close();
  await gitlab.close();
});

/** What a client hears that sends its user's yes, under a key if it has one. */
async function confirm(state: string, key?: string, url = service.url): Promise<Told> {
  const headers = { ...alice, ...(key !== undefined && { 'Idempotency-Key': key }) };
  const stream = await (await postLeg(url, { state, headers })).text();
  const message: unknown = JSON.parse(/^data: (?<json>\{.*)$/mu.exec(stream)?.groups?.['json'] ?? '');
  return toldIn(message);
}

const USED =
  /^OUTCOME_UNKNOWN: This confirmation was used before.* Check with get_issue\. (?:(?!nothing was done).)*$/u;
const used = { isReplayed: false, text: expect.stringMatching(USED) };
const done = { isReplayed: false, text: '{"done":true}' };
const replayed = { ...done, isReplayed: true };

describe('a confirmed call that is repeated', () => {
  test('under its idempotency key gets the first answer, at every replica', async () => {
    const state = await askFor(service.url);

    expect(await confirm(state, 'a')).toEqual(done);
    expect(await confirm(state, 'a')).toEqual(replayed);
    expect(await confirm(state, 'a', otherUrl)).toEqual(replayed);
    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test('under its key while it runs waits for the first answer', async () => {
    gitlab.faults.add({ match: { method: 'DELETE' }, times: 1, fault: { kind: 'slow', ms: 500 } });
    const state = await askFor(service.url);
    const all = await Promise.all([1, 2, 3].map(async () => confirm(state, 'b')));

    expect(all.toSorted((one, other) => Number(one.isReplayed) - Number(other.isReplayed))).toEqual([
      done,
      replayed,
      replayed,
    ]);
    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test.each<[string, string | undefined, string | undefined]>([
    ['under another key', 'c-1', 'c-2'],
    ['under a key only now', undefined, 'd'],
    ['without the key', 'e', undefined],
    ['without any key', undefined, undefined],
  ])('%s hears that its confirmation was used, and how to find out', async (_, first, second) => {
    const state = await askFor(service.url);
    await confirm(state, first);

    expect(await confirm(state, second)).toEqual(used);
    expect(writesAt(gitlab)).toEqual(DELETED);
  });

  test('under another key leaves that key free for a call that is confirmed', async () => {
    const state = await askFor(service.url);
    await confirm(state, 'f-1');
    await confirm(state, 'f-2');

    expect(await confirm(await askFor(service.url), 'f-2')).toMatchObject({ isReplayed: false });
    expect(writesAt(gitlab)).toEqual([...DELETED, ...DELETED]);
  });

  test('under a key that has ended, as the first did nothing, is not made', async () => {
    gitlab.faults.add({ match: { method: 'DELETE' }, fault: { kind: 'throttle429', retryAfterSeconds: 60 } });
    const state = await askFor(service.url);
    const first = await confirm(state, 'g');
    gitlab.journal.clear();

    expect(first.text).toMatch(/^GITLAB_RATE_LIMITED/u);
    expect(await confirm(state, 'g')).toEqual(used);
    expect(writesAt(gitlab)).toEqual([]);
  });
});
