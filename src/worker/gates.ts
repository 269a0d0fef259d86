import type { GitLabRequest } from '../gitlab/request.ts';
import type { Gate, Limit } from '../queue/coordinator.ts';
import { endpointClasses, endpointClassOf, wholeApi } from '../tools/endpoint-classes.ts';
import type { EndpointClass } from '../tools/endpoint-classes.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { createNameRoute } from './route.ts';

/** One of GITLAB_RATE_LIMITS; without a limit only what GitLab says counts. */
interface GivenLimit {
  readonly name: string;
  readonly limit?: Limit | undefined;
}

interface GatesOptions {
  readonly apiUrl: string;
  readonly limits: readonly GivenLimit[];
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  /** Keyed: the names of gates tell nothing of tokens. */
  readonly hash: (label: string, value: string) => string;
  readonly now: () => number;
}

/** What GitLab counts one request for. */
export interface RequestGates {
  readonly all: readonly Gate[];
  /** The keys of its parts, for what the answer teaches. */
  readonly host: string;
  readonly token: string;
  readonly endpointClass: string | undefined;
  /** Of a request without a class: it is in `all` only after a refusal there, so that the many others cost nothing more. */
  readonly route: string | undefined;
}

type Asked = Pick<GitLabRequest, 'method' | 'path' | 'query'>;

export interface Gates {
  /** The gates of a call's first request, where it is known. */
  readonly ofFirst: (token: string, first: Asked | undefined) => readonly Gate[];
  readonly ofRequest: (token: string, request: GitLabRequest) => RequestGates;
  /** GitLab has refused a request by a limit of its route alone: further ones pass the route's gate. */
  readonly refused: (route: string) => void;
}

/** For so long after the last refusal a route is taken for limited; each worker learns that by a refusal of its own. */
const LIMITED_MS = 3_600_000;
const MAX_LIMITED = 10_000;

/** The gates of this GitLab's requests: its address, the token, and the endpoint class or route where GitLab counts one apart. */
export function createGates({ apiUrl, limits, tools, hash, now }: GatesOptions): Gates {
  const limitOf = limitsOf(apiUrl, limits);
  const host: Gate = { key: hash('gate host', apiUrl), limit: limitOf('host') };
  const tokenGate = (token: string): Gate => ({
    key: hash('gate token', `${apiUrl} ${token}`),
    limit: limitOf('api'),
    asksFirst: true,
  });
  const classGate = ({ name, per }: EndpointClass, token: string): Gate => ({
    key: per === 'host' ? hash(`gate host ${name}`, apiUrl) : hash(`gate token ${name}`, `${apiUrl} ${token}`),
    limit: limitOf(name),
  });
  const nameRoute = createNameRoute(tools);
  const limited = createLimited(now);
  const ofRequest = (token: string, request: Asked): RequestGates => {
    const own = tokenGate(token);
    const keys = { host: host.key, token: own.key };
    const found = endpointClassOf(request);
    if (found !== undefined) {
      const further = classGate(found, token);
      return { ...keys, all: [host, own, further], endpointClass: further.key, route: undefined };
    }
    const route = hash('gate route', `${apiUrl} ${token} ${nameRoute(request)}`);
    const all = limited.has(route) ? [host, own, { key: route }] : [host, own];
    return { ...keys, all, endpointClass: undefined, route };
  };
  return {
    ofFirst: (token, first) => (first === undefined ? [host, tokenGate(token)] : ofRequest(token, first).all),
    ofRequest,
    refused: limited.add,
  };
}

/** The routes where GitLab has refused a request. */
function createLimited(now: () => number): {
  readonly has: (route: string) => boolean;
  readonly add: (route: string) => void;
} {
  // Insertion order is the order of the refusals.
  const until = new Map<string, number>();
  return {
    has: (route) => {
      const end = until.get(route);
      return end !== undefined && end > now();
    },
    add: (route) => {
      until.delete(route);
      until.set(route, now() + LIMITED_MS);
      const [oldest] = until.keys();
      if (until.size > MAX_LIMITED && oldest !== undefined) until.delete(oldest);
    },
  };
}

/** Numbers by hand, else those of gitlab.com there; elsewhere none are known beforehand. */
function limitsOf(apiUrl: string, given: readonly GivenLimit[]): (name: string) => Limit | undefined {
  const isGitLabCom = new URL(apiUrl).hostname === 'gitlab.com';
  const usual = [...Object.entries(wholeApi), ...endpointClasses.map((each) => [each.name, each] as const)];
  const limits = new Map<string, Limit | undefined>(
    isGitLabCom ? usual.map(([name, { onGitLabCom }]) => [name, onGitLabCom]) : [],
  );
  for (const { name, limit } of given) limits.set(name, limit);
  return (name) => limits.get(name);
}
