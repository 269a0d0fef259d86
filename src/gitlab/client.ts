import { createSecureContext, rootCertificates } from 'node:tls';
import { Agent } from 'undici';
import { readBeginning, readBody } from './body.ts';
import { createExchange } from './exchange.ts';
import { abortFailure, answerFailure, GitLabFailure } from './failure.ts';
import { networkFailure } from './network.ts';
import { outgoingOf } from './outgoing.ts';
import { isRedirect, redirected } from './redirect.ts';
import { createShares } from './shares.ts';
import { apiBase } from './url.ts';
import type { SecureContext } from 'node:tls';
import type { Incoming, Outgoing } from './exchange.ts';
import type { GitLabRequest, GitLabResponse, TextSink } from './request.ts';

interface GitLabClientOptions {
  /** As in `https://gitlab.example.com/api/v4`. */
  readonly apiUrl: string;
  readonly connectTimeoutMs: number;
  /** How long GitLab may take to begin its answer. */
  readonly headersTimeoutMs: number;
  /** How long GitLab may pause within an answer. */
  readonly bodyTimeoutMs: number;
  /** Largest answer that is held in memory, after unpacking. */
  readonly maxBodyBytes: number;
  /** Most bytes of large answers that are held at once. */
  readonly maxBytesInFlight: number;
  readonly maxConnections: number;
  /** All that is trusted beside Node's own root certificates. */
  readonly caPem?: string | undefined;
  readonly userAgent: string;
  readonly now?: () => number;
}

/** Who makes a call, and how its answer is taken. */
export interface Sending {
  readonly token: string;
  readonly signal: AbortSignal;
  /** Takes the body of a text answer piece by piece; then only `maxBytes` bounds it. */
  readonly sink?: TextSink | undefined;
  /** Largest answer of this call, in place of the client's bound. */
  readonly maxBytes?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** GitLab is asked anew, whatever is cached, and its answer is not kept. */
  readonly noCache?: boolean | undefined;
  /** The only place within the API where a redirect may lead, as in `/projects/17/`; anywhere in it if left out. */
  readonly within?: string | undefined;
}

/** Sends calls to one GitLab for all users, over shared connections. */
export interface GitLabClient {
  /** Sends a call once. A failure is a GitLabFailure; nothing is tried again. */
  send(request: GitLabRequest, sending: Sending): Promise<GitLabResponse>;
  /** Waits for the calls under way, then closes the connections. */
  close(): Promise<void>;
}

/** The only door to GitLab's API. */
export function createGitLabClient(options: GitLabClientOptions): GitLabClient {
  const agent = createAgent(options);
  const exchange = createExchange(agent);
  const shares = createShares(options.maxBytesInFlight);
  const base = apiBase(options.apiUrl);
  const { maxBodyBytes, userAgent, now = Date.now } = options;

  const follow = async (outgoing: Outgoing, sending: Sending, followed = 0): Promise<Incoming> => {
    const answer = await exchange(outgoing, sending.signal);
    if (!isRedirect(answer.status)) return answer;
    // The connection serves the next request only when this answer is read.
    await readBeginning(answer);
    const { token, within } = sending;
    return follow(redirected({ base, outgoing, answer, token, within, followed }), sending, followed + 1);
  };

  const refused = async (answer: Incoming, { token, signal }: Sending): Promise<GitLabFailure> => {
    const text = await readBeginning(answer);
    const failure = answerFailure({ status: answer.status, headers: answer.headers, text }, token, now());
    return signal.aborted ? abortFailure(signal.reason, failure.acted) : failure;
  };

  return {
    async send(request, sending) {
      const { token, signal, sink, headers: further } = sending;
      requireToken(token);
      const answer = await follow(outgoingOf(base, request, { token, userAgent, headers: further }), sending);
      const { status, headers } = answer;
      if (status >= 300 && status !== 304) throw await refused(answer, sending);
      const { maxBytes = sink === undefined ? maxBodyBytes : Infinity } = sending;
      const failed = (error: unknown): unknown =>
        networkFailure(error, { signal, origin: base.origin, acted: 'maybe', status });
      const { accept } = request;
      return { status, headers, body: await readBody(answer, { accept, sink, maxBytes, shares, signal, failed }) };
    },
    async close() {
      if (!agent.destroyed) await agent.close();
    },
  };
}

function createAgent(options: GitLabClientOptions): Agent {
  return new Agent({
    connections: options.maxConnections,
    // undici sends a pipelined request again by itself when the connection breaks.
    pipelining: 1,
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    connect: { timeout: options.connectTimeoutMs, ...trust(options.caPem) },
  });
}

/** Made once: reading 146 root certificates takes some 30 ms, which each new connection would pay. */
function trust(caPem: string | undefined): { readonly secureContext?: SecureContext } {
  return caPem === undefined ? {} : { secureContext: createSecureContext({ ca: [...rootCertificates, caPem] }) };
}

/** undici would refuse the header with an error that is no help to the caller. */
function requireToken(token: string): void {
  if (!/^[!-~]+$/u.test(token))
    throw new GitLabFailure('GITLAB_UNAUTHORIZED', 'The token holds characters that no GitLab token has', {
      acted: 'no',
    });
}
