import { expect, test } from 'vitest';
import { createForecast } from '../../src/queue/forecast.ts';
import { rules } from '../../src/queue/scripts/rules.ts';

const asked = { kind: 'read', flow: 'ann', step: 1 } as const;

test('the only read of a flow comes next after what has started, as far as is known', () => {
  const forecast = createForecast({ now: () => 0 });
  const before = forecast.priorityOf(asked);
  forecast.saw('read', 41);
  const end = forecast.begin('ann');

  expect([before, forecast.priorityOf(asked), forecast.priorityOf({ ...asked, step: 8 })]).toEqual([undefined, 42, 49]);
  end();
});

test('a further read of a flow is placed by the coordinator, until the others have ended', () => {
  const forecast = createForecast({ now: () => 0 });
  forecast.saw('read', 1);
  const ends = [forecast.begin('ann'), forecast.begin('ann'), forecast.begin('bob')];
  const beside = [forecast.priorityOf(asked), forecast.priorityOf({ ...asked, flow: 'bob' })];
  ends[0]?.();

  expect([...beside, forecast.priorityOf(asked)]).toEqual([undefined, 2, 2]);
});

test('nothing is foretold of a write, where the tags may start again, or once the queue is full or gone', () => {
  const forecast = createForecast({ now: () => 0 });
  forecast.saw('write', 7);
  const ofWrites = forecast.priorityOf(asked);
  forecast.saw('read', 7);
  const write = forecast.priorityOf({ ...asked, kind: 'write' });
  forecast.saw('read', rules.idleTag);
  const behind = forecast.priorityOf(asked);
  forecast.saw('read', 7);
  forecast.forget();

  expect([ofWrites, write, behind, forecast.priorityOf(asked)]).toEqual([undefined, undefined, undefined, undefined]);
});

test('what was seen is believed for a minute', () => {
  let now = 0;
  const forecast = createForecast({ now: () => now });
  forecast.saw('read', 7);
  now = 59_999;
  const late = forecast.priorityOf(asked);
  now = 60_000;

  expect([late, forecast.priorityOf(asked)]).toEqual([8, undefined]);
});

test('a flow that has all that it may have is barred for a while, others are not', () => {
  let now = 0;
  const forecast = createForecast({ now: () => now });
  forecast.saw('read', 7);
  forecast.bar('ann', 1000);
  const barred = [forecast.priorityOf(asked), forecast.priorityOf({ ...asked, flow: 'bob' })];
  now = 1000;

  expect([...barred, forecast.priorityOf(asked)]).toEqual([undefined, 8, 8]);
});
