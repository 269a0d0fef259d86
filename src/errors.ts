import * as z from 'zod';

interface Meaning {
  /** What happened, in words for docs/ERRORS.md. */
  readonly means: string;
  /** What the client does next. */
  readonly remedy: string;
  /** Whether the same call, sent again later, can succeed. */
  readonly mayRetry: boolean;
}

/** Every failure that a client can meet. docs/ERRORS.md is generated from this table. */
export const failures = {
  INVALID_ARGUMENTS: {
    means: 'The arguments do not fit the tool.',
    remedy: 'Correct the argument that the message names.',
    mayRetry: false,
  },
  NOT_PERMITTED: {
    means: "This server's policy does not allow the call; GitLab was not asked.",
    remedy: 'Use another tool or project, or ask the operator of this server.',
    mayRetry: false,
  },
  NOT_CONFIRMED: {
    means: 'A destructive call was not confirmed by its user; nothing was done.',
    remedy: 'Call again only when the user agrees.',
    mayRetry: false,
  },
  NO_TOKEN: {
    means: 'Neither the request nor the server brought a GitLab token.',
    remedy: 'Send yours in the X-GitLab-Token header, or let the operator set GITLAB_PERSONAL_ACCESS_TOKEN.',
    mayRetry: false,
  },
  GITLAB_REJECTED: {
    means: 'GitLab refused the request as it is (400, 409, 422 and other 4xx).',
    remedy: "Read GitLab's own words in the message and correct the request.",
    mayRetry: false,
  },
  GITLAB_UNAUTHORIZED: {
    means: 'GitLab does not accept the token (401).',
    remedy: 'Give a valid GitLab token with the scope that the tool needs.',
    mayRetry: false,
  },
  GITLAB_FORBIDDEN: {
    means: "The token's user may not do this in GitLab (403).",
    remedy: 'Use a token of a user with the needed role, or with a wider scope.',
    mayRetry: false,
  },
  GITLAB_NOT_FOUND: {
    means: 'GitLab does not know the thing, or does not show it to this user (404).',
    remedy: 'GitLab answers 404 also for what it hides from you.',
    mayRetry: false,
  },
  GITLAB_RATE_LIMITED: {
    means: "GitLab's rate limit leaves no place for the call before its deadline (429).",
    remedy: 'Call again after the seconds that the message names.',
    mayRetry: true,
  },
  GITLAB_FAILED: {
    means: 'GitLab answered with an error of its own (5xx), also after trying again.',
    remedy: 'Call again later.',
    mayRetry: true,
  },
  GITLAB_UNAVAILABLE: {
    means: 'GitLab failed so often, without any success, that it is not asked for some seconds.',
    remedy: 'Call again after the seconds that the message names.',
    mayRetry: true,
  },
  GITLAB_UNREACHABLE: {
    means: 'No connection to GitLab could be made or kept, also after trying again.',
    remedy: "Call again later; the operator checks GITLAB_API_URL and GitLab's health.",
    mayRetry: true,
  },
  GITLAB_TIMEOUT: {
    means: 'GitLab did not answer in time.',
    remedy: 'Call again later, or ask for less (smaller per_page, narrower filters).',
    mayRetry: true,
  },
  GITLAB_REDIRECTED: {
    means: 'GitLab redirected the request to a place where the token must not go, or a write was redirected.',
    remedy: 'Use the new path that the message names, or correct GITLAB_API_URL.',
    mayRetry: false,
  },
  ANSWER_TOO_LARGE: {
    means: "GitLab's answer is larger than this server takes in.",
    remedy: 'Ask for less: a smaller per_page, a narrower filter, one file instead of many.',
    mayRetry: false,
  },
  OUTCOME_UNKNOWN: {
    means: 'A write was sent, and its answer was lost or cannot be told: it may or may not have happened.',
    remedy: 'Check with the tool that the message names before sending it again.',
    mayRetry: false,
  },
  BUSY: {
    means: 'The caller made too many calls in a minute, or the caller or the whole server has too many under way.',
    remedy: 'Wait for as long as the message says, then call again.',
    mayRetry: true,
  },
  QUEUE_UNAVAILABLE: {
    means: 'The queue (Redis) cannot be reached, so the call was not started.',
    remedy: 'Call again in a few seconds; the operator checks Redis.',
    mayRetry: true,
  },
  NO_WORKERS: {
    means: 'No worker has been alive for some seconds, so the call was not started.',
    remedy: 'Call again later; the operator checks that workers run on the same Redis.',
    mayRetry: true,
  },
  DEADLINE_EXCEEDED: {
    means: 'The call was not finished before its deadline.',
    remedy: 'Call again, or ask for less.',
    mayRetry: true,
  },
  CANCELLED: {
    means: 'The client cancelled the call or closed the connection.',
    remedy: 'Nothing to do.',
    mayRetry: true,
  },
  SHUTTING_DOWN: {
    means: 'This server is being replaced and takes no new calls.',
    remedy: 'Call again at once: another replica answers.',
    mayRetry: true,
  },
  INTERNAL: {
    means: 'A fault of this server.',
    remedy: 'Report it to the operator, with the call id where one is given.',
    mayRetry: false,
  },
} as const satisfies Record<string, Meaning>;

export type FailureCode = keyof typeof failures;

const failureCodes = Object.keys(failures) as [FailureCode, ...FailureCode[]]; // oxlint-disable-line typescript/no-unsafe-type-assertion -- keys of a const object

/** A failure as it crosses the queue. */
export const failureData = z.object({
  code: z.enum(failureCodes),
  detail: z.string(),
  retryAfterMs: z.number().nonnegative().optional(),
});
export type FailureData = z.infer<typeof failureData>;

interface FailureOptions {
  readonly cause?: unknown;
  /** How long to wait before the call can succeed, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** A failure that a client may see: `detail` holds no token, stack trace or HTML. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;

  constructor(code: FailureCode, detail: string, options: FailureOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.detail = detail;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What is thrown as what may cross the queue: anything that is not a Failure is INTERNAL, without its words. */
export function failureDataOf(error: unknown): FailureData {
  if (!(error instanceof Failure))
    return { code: 'INTERNAL', detail: 'The server met an error that it did not expect.' };
  const { code, detail, retryAfterMs } = error;
  return retryAfterMs === undefined ? { code, detail } : { code, detail, retryAfterMs };
}
