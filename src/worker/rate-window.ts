import type { RateLimit } from '../gitlab/headers.ts';
import type { Lesson, Limit } from '../queue/coordinator.ts';

/** A limit as GitLab shows it, and the one that was found to be behind it. */
export interface KnownLimit extends Limit {
  readonly shown: number | undefined;
}

interface Heard {
  readonly rateLimit: RateLimit;
  /** Whether it came with a 429: then more was asked for than the limit allows. */
  readonly isRefused: boolean;
  /** What earlier answers said of the same gate. */
  readonly known: KnownLimit | undefined;
  readonly now: number;
}

type RateWindow = NonNullable<Lesson['window']>;

/** The window behind RateLimit-*; nothing where they do not say enough, or nonsense. */
export function rateWindowOf({ rateLimit, isRefused, known, now }: Heard): RateWindow | undefined {
  const { limit: shown, observed, remaining, resetAt } = rateLimit;
  if (shown === undefined || shown === 0) return undefined;
  if (observed === undefined || remaining === undefined || resetAt === undefined) return undefined;
  const told: Told = { shown, observed, resetAt, leftMs: resetAt - now };
  const requests = isRefused ? undefined : observed + remaining;
  if (requests === 0) return undefined;
  const found = stillKnown(known, told, requests) ?? limitBehind(told, requests);
  if (Math.max(found.periodMs, told.leftMs) > LONGEST_PERIOD_MS) return undefined;
  return { ...found, used: Math.min(observed, found.requests), resetAt };
}

/** GitLab's clock and this one may differ by so much, and an answer takes time. */
const SLACK_MS = 2000;

/** More is a fault of some proxy's. */
const LONGEST_PERIOD_MS = 86_400_000;

const PERIODS_S = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 86_400];

interface Told {
  readonly shown: number;
  readonly observed: number;
  readonly resetAt: number;
  readonly leftMs: number;
}

/** GitLab shows a limit rounded up to whole requests a minute: lib/gitlab/rack_attack.rb, throttled_response_headers. */
const shownOf = (requests: number, periodS: number): number => Math.ceil((requests * 60) / periodS);

/** A period begins and ends at whole multiples of its length, and less than one of it is left. */
const fits = ({ resetAt, leftMs }: Told, periodS: number): boolean =>
  Math.round(resetAt / 1000) % periodS === 0 && leftMs <= periodS * 1000 + SLACK_MS;

/** The same limit as before: of several that could be shown like this, the one that an earlier answer proved. */
function stillKnown(known: KnownLimit | undefined, told: Told, requests: number | undefined): Limit | undefined {
  if (known?.shown !== told.shown || told.leftMs > known.periodMs + SLACK_MS) return undefined;
  const { requests: before, periodMs } = known;
  return requests === undefined || requests === before ? { requests: before, periodMs } : undefined;
}

const limitBehind = (told: Told, requests: number | undefined): Limit =>
  requests === undefined ? refusedLimit(told) : allowedLimit(told, requests);

const limitOf = (requests: number, periodS: number): Limit => ({ requests, periodMs: periodS * 1000 });

/** The number is known, and each period gives another rate: only limits of a few a minute leave a choice. */
function allowedLimit(told: Told, requests: number): Limit {
  const shortest = Math.max(1, Math.ceil((requests * 60) / told.shown));
  const possible = PERIODS_S.filter((periodS) => shownOf(requests, periodS) === told.shown);
  return limitOf(requests, possible.find((periodS) => fits(told, periodS)) ?? possible[0] ?? shortest);
}

/** The number is only known to be less than what was asked for: the longest period of which that is true. */
function refusedLimit(told: Told): Limit {
  const { shown, observed } = told;
  const possible = PERIODS_S.map((periodS) => ({ periodS, requests: Math.floor((shown * periodS) / 60) })).filter(
    ({ periodS, requests }) => requests > 0 && requests < observed && shownOf(requests, periodS) === shown,
  );
  const { requests, periodS } = possible.findLast((each) => fits(told, each.periodS)) ??
    possible.at(-1) ?? { requests: shown, periodS: 60 };
  return limitOf(requests, periodS);
}
