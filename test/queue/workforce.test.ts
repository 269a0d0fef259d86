import { describe, expect, test } from 'vitest';
import { createWorkforce } from '../../src/queue/workforce.ts';

describe('the workers as an API knows them', () => {
  test.each([
    ['at the start', [], 0, false],
    ['a while after the start, none seen', [], 5001, true],
    ['none seen any more, just now', [[1000, 2]], 3000, false],
    ['none seen any more for a while', [[1000, 2]], 3501, true],
    ['seen again after a while', [[9000, 1]], 9001, false],
    [
      'a word that there is none does not help',
      [
        [1000, 1],
        [3000, 0],
      ],
      3501,
      true,
    ],
  ] as const)('are gone or not: %s', (_, sightings, at, isGone) => {
    let now = 0;
    const workforce = createWorkforce({ now: () => now });
    for (const [when, workers] of sightings) {
      now = when;
      workforce.saw(workers);
    }
    now = at;
    expect(workforce.isGone()).toBe(isGone);
  });

  test('are not called gone for the time when Redis could not be asked', () => {
    let now = 0;
    const workforce = createWorkforce({ now: () => now });
    now = 60_000;
    workforce.lostSight();
    now = 62_000;
    expect(workforce.isGone()).toBe(false);
  });
});
