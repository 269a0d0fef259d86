import * as z from 'zod';

const seconds = z.int().nonnegative();
const milliseconds = z.number().nonnegative();
const of = <Kind extends string>(kind: Kind): { kind: z.ZodLiteral<Kind> } => ({ kind: z.literal(kind) });

const faultSchema = z.discriminatedUnion('kind', [
  /** The request throttle: text/plain, with RateLimit-*; without `retryAfterSeconds` no Retry-After. */
  z.strictObject({ ...of('throttle429'), retryAfterSeconds: seconds.optional() }),
  /** An application limit: JSON, without RateLimit-*. */
  z.strictObject({ ...of('app429'), retryAfterSeconds: seconds.optional() }),
  z.strictObject({
    ...of('status'),
    status: z.int().min(200).max(599),
    body: z.unknown().optional(),
    contentType: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  /** A proxy's HTML 502 instead of the request … */
  z.strictObject(of('htmlBefore')),
  /** … and after it was applied. */
  z.strictObject(of('htmlAfter')),
  /** The connection breaks before the request is applied … */
  z.strictObject(of('resetBefore')),
  /** … and after. */
  z.strictObject(of('resetAfter')),
  /** Applies at once and answers after `ms`, or after a random time up to `upToMs`. Adds to other faults. */
  z.strictObject({ ...of('slow'), ms: milliseconds, upToMs: milliseconds.optional() }),
  /** Applies nothing and never answers. */
  z.strictObject(of('silence')),
  /** Sends the body in pieces with pauses. */
  z.strictObject({ ...of('drip'), pieces: z.int().min(2), everyMs: milliseconds }),
  /** A 301 to a path of this server or to another origin. */
  z.strictObject({ ...of('redirect'), to: z.string() }),
  /** A job log of this size, streamed. */
  z.strictObject({ ...of('hugeTrace'), megabytes: z.number().positive() }),
  /** A list of diffs of this size, streamed. */
  z.strictObject({ ...of('hugeDiff'), megabytes: z.number().positive() }),
]);

/** What is to go wrong, for which requests and how often. */
export const faultRule = z.strictObject({
  match: z
    .strictObject({
      method: z.string().optional(),
      /** A part of the path as on the wire. */
      path: z.string().optional(),
      /** A regular expression over it. */
      pathPattern: z.string().optional(),
      user: z.string().optional(),
      token: z.string().optional(),
    })
    .optional(),
  times: z.int().positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  /** For `probability` and `upToMs`. */
  seed: z.int().optional(),
  fault: faultSchema,
});

export type Fault = z.output<typeof faultSchema>;
export type FaultRule = z.output<typeof faultRule>;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly user: string | null;
  readonly token: string | null;
}

interface Picked {
  readonly delayMs: number;
  /** The first rule that matches, `slow` left out. */
  readonly fault: Fault | undefined;
}

export interface Faults {
  /** Adds a rule; the function returned takes it away. */
  add(rule: FaultRule): () => void;
  clear(): void;
  pick(request: Request): Picked;
}

interface ArmedRule {
  readonly rule: FaultRule;
  readonly matches: (request: Request) => boolean;
  readonly random: () => number;
  left: number;
}

export function createFaults(): Faults {
  let armed: ArmedRule[] = [];
  const strike = (each: ArmedRule, request: Request): boolean => {
    if (each.left <= 0 || !each.matches(request) || each.random() >= (each.rule.probability ?? 1)) return false;
    each.left -= 1;
    return true;
  };
  return {
    add: (rule) => {
      const { match = {}, times = Number.POSITIVE_INFINITY, seed = 1 } = rule;
      const added = { rule, matches: matcher(match), random: createRandom(seed), left: times };
      armed.push(added);
      return () => {
        armed = armed.filter((each) => each !== added);
      };
    },
    clear: () => {
      armed = [];
    },
    pick: (request) => {
      let [delayMs, fault]: [number, Fault | undefined] = [0, undefined];
      for (const each of armed) {
        const next = each.rule.fault;
        if (next.kind === 'slow') delayMs += strike(each, request) ? slowness(next, each.random) : 0;
        else if (fault === undefined && strike(each, request)) fault = next;
      }
      return { delayMs, fault };
    },
  };
}

function slowness({ ms, upToMs = ms }: { ms: number; upToMs?: number | undefined }, random: () => number): number {
  return ms + (upToMs - ms) * random();
}

function matcher(match: NonNullable<FaultRule['match']>): (request: Request) => boolean {
  const pattern = match.pathPattern === undefined ? undefined : new RegExp(match.pathPattern, 'u');
  return (request) =>
    same(match.method, request.method) &&
    same(match.user, request.user) &&
    same(match.token, request.token) &&
    request.path.includes(match.path ?? '') &&
    (pattern?.test(request.path) ?? true);
}

function same(wanted: string | undefined, given: string | null): boolean {
  return wanted === undefined || wanted === given;
}

/** Repeatable random numbers: a linear congruential generator with the constants of Numerical Recipes. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
