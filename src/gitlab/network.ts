import { abortFailure, GitLabFailure } from './failure.ts';
import type { FailureCode } from '../errors.ts';
import type { Acted } from './failure.ts';

/** How far a request came before it failed. */
interface Progress {
  readonly signal: AbortSignal;
  readonly origin: string;
  readonly acted: Acted;
  /** Of an answer whose body then broke off. */
  readonly status?: number | undefined;
}

/**
 * A connection that was aborted by the caller, or could not be made or kept, as a failure. What is none of these is a
 * fault of ours and stays as it is.
 */
export function networkFailure(error: unknown, progress: Progress): unknown {
  const { signal, origin, acted, status } = progress;
  if (signal.aborted) return abortFailure(signal.reason, acted);
  const code = codeOf(error);
  if (code === undefined || ourFaults.has(code)) return error;
  const { failure = 'GITLAB_UNREACHABLE', words } = reasonOf(code);
  const sent = acted === 'no' ? 'the request was not sent' : 'the request had been sent';
  return new GitLabFailure(failure, `${new URL(origin).host}: ${words} (${code}); ${sent}`, {
    acted,
    status,
    reason: code,
    cause: error,
  });
}

interface Reason {
  readonly failure?: FailureCode;
  readonly words: string;
}

const ourFaults: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'ERR_ASSERTION',
  'Error',
  'TypeError',
  'RangeError',
]);

const slowConnection: Reason = { failure: 'GITLAB_TIMEOUT', words: 'no connection could be made in time' };
const closing: Reason = { failure: 'SHUTTING_DOWN', words: 'the client is closed' };
const broken: Reason = { words: 'the connection broke' };
const cutOff: Reason = { words: 'the answer broke off' };
const gibberish: Reason = { words: 'the answer is not HTTP' };
const untrusted: Reason = {
  words: 'the certificate is not trusted; the operator gives its CA in GITLAB_CA_CERT_PEM',
};

/** Codes of undici (docs/docs/api/Errors.md there), of Node and of zlib. */
const reasons: ReadonlyMap<string, Reason> = new Map([
  ['ENOTFOUND', { words: 'DNS does not know the name' }],
  ['EAI_AGAIN', { words: 'DNS gave no answer' }],
  ['ECONNREFUSED', { words: 'the connection was refused' }],
  ['CERT_HAS_EXPIRED', { words: 'the certificate has expired' }],
  ['ERR_TLS_CERT_ALTNAME_INVALID', { words: 'the certificate is for another name' }],
  ['UND_ERR_CONNECT_TIMEOUT', slowConnection],
  ['ETIMEDOUT', slowConnection],
  ['UND_ERR_HEADERS_TIMEOUT', { failure: 'GITLAB_TIMEOUT', words: 'no answer came in time' }],
  ['UND_ERR_BODY_TIMEOUT', { failure: 'GITLAB_TIMEOUT', words: 'the answer stopped midway' }],
  ['UND_ERR_SOCKET', broken],
  ['ECONNRESET', broken],
  ['EPIPE', broken],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', cutOff],
  ['Z_BUF_ERROR', cutOff],
  ['Z_DATA_ERROR', { words: 'the answer could not be unpacked' }],
  ['UND_ERR_CLOSED', closing],
  ['UND_ERR_DESTROYED', closing],
]);

function reasonOf(code: string): Reason {
  const known = reasons.get(code);
  if (known !== undefined) return known;
  if (/CERT|UNABLE_TO_/u.test(code)) return untrusted;
  return /^(?:HPE_|HTTPParserError$)/u.test(code) ? gibberish : { words: 'the connection failed' };
}

/** An error of undici's parser may have no code, only a name. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
