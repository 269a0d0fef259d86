import { Failure } from '../errors.ts';
import { readRateLimit } from './headers.ts';
import { wordsOf } from './words.ts';
import type { FailureCode } from '../errors.ts';
import type { RateLimit, ResponseHeaders } from './headers.ts';

/** Whether GitLab may have acted on the request: decides whether a write may be sent again. */
export type Acted = 'no' | 'maybe';

interface Circumstances {
  readonly acted: Acted;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly rateLimit?: RateLimit | undefined;
  readonly requestId?: string | undefined;
  /** The code of what happened to the connection. */
  readonly reason?: string | undefined;
  readonly cause?: unknown;
}

/** A GitLab call that failed, with what a retry has to know. */
export class GitLabFailure extends Failure {
  readonly acted: Acted;
  /** Undefined where GitLab did not answer. */
  readonly status: number | undefined;
  readonly rateLimit: RateLimit | undefined;
  /** GitLab's X-Request-Id, by which its administrator finds the request in the logs. */
  readonly requestId: string | undefined;
  /** For the logs, which must not show GitLab's words, hosts and paths: the code of a broken connection, or the status. */
  readonly why: string | undefined;

  constructor(code: FailureCode, detail: string, circumstances: Circumstances) {
    super(code, detail, { cause: circumstances.cause, retryAfterMs: circumstances.retryAfterMs });
    this.name = 'GitLabFailure';
    this.acted = circumstances.acted;
    this.status = circumstances.status;
    this.rateLimit = circumstances.rateLimit;
    this.requestId = circumstances.requestId;
    this.why = circumstances.reason ?? this.status?.toString();
  }
}

/** Of a failure, or of what it came from. */
export function whyOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error instanceof GitLabFailure && error.why !== undefined ? error.why : whyOf(error.cause);
}

interface ErrorAnswer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The body, or its beginning. */
  readonly text: string;
}

/** GitLab's answer of 4xx or 5xx. */
export function answerFailure(answer: ErrorAnswer, token: string, now: number): GitLabFailure {
  const { status, headers } = answer;
  const rateLimit = readRateLimit(headers, now);
  const retryAfterMs = status === 429 ? waitAfter429(rateLimit, now) : rateLimit.retryAfterMs;
  const wait = retryAfterMs === undefined ? '' : `; call again in ${Math.ceil(retryAfterMs / 1000)} s`;
  return new GitLabFailure(codeOf(status), answered(status, wordsOf(answer.text, token)) + wait, {
    acted: status < 500 ? 'no' : 'maybe',
    status,
    retryAfterMs,
    rateLimit,
    requestId: headers['x-request-id'],
  });
}

/** The caller's own abort. Its reason's code and words are kept, if it is a Failure. */
export function abortFailure(reason: unknown, acted: Acted): GitLabFailure {
  if (!(reason instanceof Failure))
    return new GitLabFailure('CANCELLED', 'The call was cancelled while GitLab was asked.', { acted, cause: reason });
  return new GitLabFailure(reason.code, reason.detail, { acted, retryAfterMs: reason.retryAfterMs, cause: reason });
}

const codes: ReadonlyMap<number, FailureCode> = new Map([
  [401, 'GITLAB_UNAUTHORIZED'],
  [403, 'GITLAB_FORBIDDEN'],
  [404, 'GITLAB_NOT_FOUND'],
  [429, 'GITLAB_RATE_LIMITED'],
]);

function codeOf(status: number): FailureCode {
  return status < 500 ? (codes.get(status) ?? 'GITLAB_REJECTED') : 'GITLAB_FAILED';
}

/** GitLab often begins its words with the status ("404 Project Not Found"). */
function answered(status: number, words: string): string {
  if (words === '') return `GitLab answered ${status} without a message`;
  return words.startsWith(String(status)) ? `GitLab answered: ${words}` : `GitLab answered ${status}: ${words}`;
}

/**
 * A 429 of an application limit may lack Retry-After (python-gitlab#1895), and RateLimit-* then tell of another limit
 * that still has room: only an exhausted one says when to come back.
 */
function waitAfter429(rateLimit: RateLimit, now: number): number | undefined {
  const { retryAfterMs, remaining, resetAt } = rateLimit;
  if (retryAfterMs !== undefined || resetAt === undefined || (remaining ?? 0) > 0) return retryAfterMs;
  return Math.max(0, resetAt - now);
}
