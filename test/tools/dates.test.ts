import { describe, expect, test } from 'vitest';
import { day, timestamp } from '../../src/tools/dates.ts';

describe('a timestamp', () => {
  test.each([
    ['2026-01-05', '2026-01-05T00:00:00Z'],
    ['2026-01-05T10:00:00', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00.123+01:00', '2026-01-05T10:00:00.123+01:00'],
  ])('takes %s as %s, and that as itself', (given, sent) => {
    expect(timestamp.parse(given)).toBe(sent);
    expect(timestamp.parse(sent)).toBe(sent);
  });

  test.each(['2026-02-30', '05.01.2026', 'yesterday', '2026-01-05T25:00:00Z', '', 20_260_105, null])(
    'refuses %j',
    (given) => {
      expect(timestamp.safeParse(given).success).toBe(false);
    },
  );
});

describe('a day', () => {
  test.each([
    ['2026-01-05', '2026-01-05'],
    ['2026-01-05T10:00:00Z', '2026-01-05'],
  ])('takes %s as %s', (given, sent) => {
    expect(day.parse(given)).toBe(sent);
  });

  test.each(['2026-02-30', '2026-1-5', 'today', '', 20_260_105, null])('refuses %j', (given) => {
    expect(day.safeParse(given).success).toBe(false);
  });
});
