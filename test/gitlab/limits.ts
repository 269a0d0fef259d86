import * as z from 'zod';

/** A limiter like GitLab's request throttle: a fixed window, counted per token, per address or for a class of paths. */
export const limitRule = z.strictObject({
  per: z.enum(['token', 'ip', 'class']),
  /** A regular expression over the path; without it every request counts. */
  class: z.string().optional(),
  requests: z.int().positive(),
  windowMs: z.number().positive(),
});

export type LimitRule = z.output<typeof limitRule>;

interface Request {
  readonly token: string | null;
  readonly ip: string;
  readonly path: string;
}

interface Verdict {
  readonly refused: boolean;
  /** It came before the Retry-After of an earlier refusal was over. */
  readonly early: boolean;
  /** RateLimit-*, and Retry-After where refused. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Limits {
  add(rule: LimitRule): void;
  clear(): void;
  check(request: Request): Verdict;
  /** Counts this token's requests to this path as early for so long: a fault has told it to wait. */
  hold(request: Pick<Request, 'token' | 'path'>, seconds: number): void;
}

interface Bucket {
  window: number;
  count: number;
  /** When the last refusal's Retry-After is over. */
  closedUntil: number;
}

interface Limit {
  readonly rule: LimitRule;
  readonly name: string;
  readonly enforced: boolean;
  readonly covers: (request: Request) => boolean;
  readonly buckets: Map<string, Bucket>;
}

export function createLimits({ now }: { readonly now: () => number }): Limits {
  /** gitlab.com's 2,000 a minute and user, shown in headers and enforced by nobody. */
  const shown = createLimit({ per: 'token', requests: 2000, windowMs: 60_000 }, false);
  let limits: Limit[] = [];
  const heldUntil = new Map<string, number>();
  return {
    add: (rule) => {
      limits.push(createLimit(rule, true));
    },
    clear: () => {
      limits = [];
      heldUntil.clear();
    },
    hold: (request, seconds) => {
      heldUntil.set(holdKey(request), now() + seconds * 1000);
    },
    check: (request) => {
      const verdicts = [...limits, shown]
        .filter((limit) => limit.covers(request))
        .map((limit) => count(limit, request, now()));
      const [first = none] = verdicts.toSorted((one, other) => Number(other.refused) - Number(one.refused));
      const held = now() < (heldUntil.get(holdKey(request)) ?? 0);
      return { ...first, early: held || verdicts.some((verdict) => verdict.early) };
    },
  };
}

function holdKey({ token, path }: Pick<Request, 'token' | 'path'>): string {
  return `${token ?? ''} ${path}`;
}

const none: Verdict = { refused: false, early: false, headers: {} };

function createLimit(rule: LimitRule, enforced: boolean): Limit {
  const pattern = rule.class === undefined ? undefined : new RegExp(rule.class, 'u');
  return {
    rule,
    enforced,
    name: rule.per === 'token' ? 'throttle_authenticated_api' : `throttle_${rule.per}`,
    covers: (request) => pattern?.test(request.path) ?? true,
    buckets: new Map(),
  };
}

function count({ rule, name, enforced, buckets }: Limit, request: Request, now: number): Verdict {
  const key = { token: request.token ?? request.ip, ip: request.ip, class: '' }[rule.per];
  const window = Math.floor(now / rule.windowMs);
  const bucket = buckets.get(key) ?? { window, count: 0, closedUntil: 0 };
  buckets.set(key, bucket);
  if (bucket.window !== window) Object.assign(bucket, { window, count: 0 });
  bucket.count += 1;
  const early = now < bucket.closedUntil;
  const refused = enforced && bucket.count > rule.requests;
  const left = Math.ceil(((window + 1) * rule.windowMs - now) / 1000);
  if (refused) bucket.closedUntil = Math.max(bucket.closedUntil, now + left * 1000);
  const headers = throttleHeaders({ name, rule, observed: bucket.count, resetsInSeconds: left, now });
  return { refused, early, headers: refused ? { ...headers, 'Retry-After': String(left) } : headers };
}

interface ThrottleState {
  readonly name: string;
  readonly rule: Pick<LimitRule, 'requests' | 'windowMs'>;
  readonly observed: number;
  readonly resetsInSeconds: number;
  readonly now: number;
}

/** The headers of lib/gitlab/rack_attack.rb; the limit is shown per minute, whatever its window. */
export function throttleHeaders(state: ThrottleState): Readonly<Record<string, string>> {
  const { name, rule, observed, resetsInSeconds, now } = state;
  // GitLab's own sum: the second that it is, and what is left of the period.
  const resetSeconds = Math.floor(now / 1000) + resetsInSeconds;
  return {
    'RateLimit-Name': name,
    'RateLimit-Limit': String(Math.ceil((rule.requests * 60_000) / rule.windowMs)),
    'RateLimit-Observed': String(observed),
    'RateLimit-Remaining': String(Math.max(rule.requests - observed, 0)),
    'RateLimit-Reset': String(resetSeconds),
    'RateLimit-ResetTime': new Date(resetSeconds * 1000).toUTCString(),
  };
}
