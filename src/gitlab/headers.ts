import type { GitLabResponse, Page } from './request.ts';

export type ResponseHeaders = GitLabResponse['headers'];

/** What GitLab says of its rate limit; undefined where it does not say, or says nonsense. */
export interface RateLimit {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Epoch milliseconds. */
  readonly resetAt: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** With GitLab's own link to the next page, which keyset pagination needs as it is. */
interface LinkedPage extends Page {
  readonly nextLink?: string;
}

/** Reads RateLimit-* and Retry-After (https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/). */
export function readRateLimit(headers: ResponseHeaders, now: number): RateLimit {
  const resetSeconds = wholeNumber(headers['ratelimit-reset']);
  return {
    limit: wholeNumber(headers['ratelimit-limit']),
    remaining: wholeNumber(headers['ratelimit-remaining']),
    resetAt: resetSeconds === undefined ? undefined : resetSeconds * 1000,
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
  return value !== undefined && /^\d{1,12}$/u.test(value) ? Number(value) : undefined;
}

/** Retry-After is a number of seconds or an HTTP date (RFC 9110, 10.2.3). */
function waitMs(value: string | undefined, now: number): number | undefined {
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  if (value === undefined || !/^[A-Z][a-z]+, /u.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** A link's address may hold commas and semicolons, so the header is not split at them (RFC 8288). */
function nextOf(link: string): string | undefined {
  for (const [, address, parameters] of link.matchAll(/<([^<>]+)>([^<]*)/gu))
    if (/;\s*rel="?(?:[^"]*\s)?next(?:[\s",;]|$)/iu.test(parameters ?? '')) return address;
  return undefined;
}
