import type { GitLabResponse, Page } from './request.ts';

export type ResponseHeaders = GitLabResponse['headers'];

/** What GitLab says of its rate limit; undefined where it does not say, or says nonsense. */
export interface RateLimit {
  /** Which of GitLab's throttles it speaks of, as in `throttle_authenticated_api`. */
  readonly name: string | undefined;
  /** Per minute and rounded up, whatever the period. */
  readonly limit: number | undefined;
  /** Requests of this period, this one included. */
  readonly observed: number | undefined;
  readonly remaining: number | undefined;
  /** When the period ends, in epoch milliseconds. */
  readonly resetAt: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** With GitLab's own link to the next page, which keyset pagination needs as it is. */
interface LinkedPage extends Page {
  readonly nextLink?: string;
}

/** 2001, and no period is that long. */
const FIRST_EPOCH_SECONDS = 1_000_000_000;

/** Reads RateLimit-* and Retry-After (https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/). */
export function readRateLimit(headers: ResponseHeaders, now: number): RateLimit {
  return {
    name: /^\w{1,100}$/u.exec(saidOnce(headers['ratelimit-name']))?.[0],
    limit: wholeNumber(headers['ratelimit-limit']),
    observed: wholeNumber(headers['ratelimit-observed']),
    remaining: wholeNumber(headers['ratelimit-remaining']),
    resetAt: resetAt(headers['ratelimit-reset'], now),
    retryAfterMs: waitMs(headers['retry-after'], now),
  };
}

/** Reads X-Page and its kin, and Link (https://docs.gitlab.com/api/rest/#pagination). */
export function readPage(headers: ResponseHeaders): LinkedPage {
  const nextLink = nextOf(headers['link'] ?? '');
  return {
    ...numbered('page', headers['x-page']),
    ...numbered('perPage', headers['x-per-page']),
    ...numbered('nextPage', headers['x-next-page']),
    ...numbered('total', headers['x-total']),
    ...numbered('totalPages', headers['x-total-pages']),
    ...(nextLink !== undefined && { nextLink }),
  };
}

function numbered(name: keyof Page, value: string | undefined): Page {
  const number = wholeNumber(value);
  return number === undefined ? {} : { [name]: number };
}

function wholeNumber(value: string | undefined): number | undefined {
  const said = saidOnce(value);
  return /^\d{1,12}$/u.test(said) ? Number(said) : undefined;
}

/** Some proxies double a header. Two values that differ speak of two limits, and nothing tells which reset goes with which. */
function saidOnce(value = ''): string {
  const [said = '', ...others] = new Set(value.split(',').map((each) => each.trim()));
  return others.length === 0 ? said : '';
}

/** GitLab gives the time in epoch seconds; some proxies give the seconds from now, as the IETF's draft has it. */
function resetAt(value: string | undefined, now: number): number | undefined {
  const seconds = wholeNumber(value);
  if (seconds === undefined) return undefined;
  return seconds < FIRST_EPOCH_SECONDS ? now + seconds * 1000 : seconds * 1000;
}

/** Of several waits the longest: whoever comes before its end is refused again. */
function waitMs(value: string | undefined, now: number): number | undefined {
  // The comma within a date follows the name of its day.
  const waits = value?.split(/(?<![a-z]),/u).flatMap((each) => oneWaitMs(each.trim(), now) ?? []) ?? [];
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Retry-After is a number of seconds or an HTTP date (RFC 9110, 10.2.3); some proxies write parts of a second. */
function oneWaitMs(value: string, now: number): number | undefined {
  if (/^-?\d{1,12}(?:\.\d{1,12})?$/u.test(value)) return Math.max(0, Math.ceil(Number(value))) * 1000;
  if (!/^[A-Z][a-z]+, /u.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** A link's address may hold commas and semicolons, so the header is not split at them (RFC 8288). */
function nextOf(link: string): string | undefined {
  for (const [, address, parameters] of link.matchAll(/<([^<>]+)>([^<]*)/gu))
    if (/;\s*rel="?(?:[^"]*\s)?next(?:[\s",;]|$)/iu.test(parameters ?? '')) return address;
  return undefined;
}
