import type { GitLabRequest } from '../gitlab/request.ts';
import type { Call } from '../queue/call.ts';
import type { Gate, Limit } from '../queue/coordinator.ts';
import { endpointClasses, endpointClassOf, wholeApi } from '../tools/endpoint-classes.ts';
import type { EndpointClass } from '../tools/endpoint-classes.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { requestFor } from '../tools/request.ts';

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
}

/** What GitLab counts one request for. */
export interface RequestGates {
  readonly all: readonly Gate[];
  /** The keys of its parts, for what the answer teaches. */
  readonly host: string;
  readonly token: string;
  readonly endpointClass: string | undefined;
}

export interface Gates {
  /** The gates of a call's first request, as far as the call alone tells which that is. */
  readonly ofCall: (call: Pick<Call, 'tool' | 'args' | 'token'>) => readonly Gate[];
  readonly ofRequest: (token: string, request: GitLabRequest) => RequestGates;
}

/** The gates of this GitLab's requests: its address, the token, and the endpoint class where GitLab counts one apart. */
export function createGates({ apiUrl, limits, tools, hash }: GatesOptions): Gates {
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
  const ofToken = (token: string, found?: EndpointClass): RequestGates => {
    const own = tokenGate(token);
    const further = found === undefined ? undefined : classGate(found, token);
    return {
      all: [host, own, ...(further === undefined ? [] : [further])],
      host: host.key,
      token: own.key,
      endpointClass: further?.key,
    };
  };
  return {
    ofCall: (call) => ofToken(call.token, firstClassOf(tools, call)).all,
    ofRequest: (token, request) => ofToken(token, endpointClassOf(request)),
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

/** A guess where a tool makes several requests: what it misses is asked for before the request is sent. */
function firstClassOf(
  tools: GatesOptions['tools'],
  { tool: name, args }: Pick<Call, 'tool' | 'args'>,
): EndpointClass | undefined {
  const tool = tools.get(name);
  if (tool === undefined) return undefined;
  const { or, endpoint } = tool;
  try {
    return endpointClassOf(requestFor(or !== undefined && args[or.when] !== undefined ? or.endpoint : endpoint, args));
  } catch {
    // Arguments that make no request are refused in their turn, with words.
    return undefined;
  }
}
