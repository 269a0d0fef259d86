import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

const gitlabHeaders = ['X-GitLab-Token', 'PRIVATE-TOKEN', 'Authorization'] as const;

type GitLabHeader = (typeof gitlabHeaders)[number];

/** A GitLab token of the caller's own, and the header that brought it. */
export interface Credential {
  readonly token: string;
  readonly header: GitLabHeader;
}

type Incoming = Pick<IncomingMessage, 'headersDistinct'>;

/** The tokens that a header brings: none where it is empty, several where it was sent several times. */
export function tokensIn({ headersDistinct }: Incoming, header: GitLabHeader | 'X-MCP-Auth-Token'): string[] {
  const values = (headersDistinct[header.toLowerCase()] ?? []).map((value) => value.trim());
  const tokens = header === 'Authorization' ? values.map(bearerOf) : values;
  return tokens.filter((token) => token !== '');
}

/** `Bearer x` → `x`; other schemes are none of ours, a proxy in front may use them. */
const bearerOf = (value: string): string => /^Bearer +(?<token>.+)$/iu.exec(value)?.groups?.['token'] ?? '';

/**
 * The caller's GitLab token. A bearer that is the server's own key belongs to the gate. Which of two different tokens is
 * meant nobody can know: the request is refused, so that no call is ever made under the wrong name.
 */
export function credentialOf(request: Incoming, isKey: (token: string) => boolean): Credential | undefined {
  const found = gitlabHeaders
    .flatMap((header) => tokensIn(request, header).map((token) => ({ token, header })))
    .filter(({ token, header }) => header !== 'Authorization' || !isKey(token));
  const [own] = found;
  if (own === undefined) return undefined;
  if (found.some(({ token }) => token !== own.token)) {
    const headers = [...new Set(found.map(({ header }) => header))].join(' and ');
    throw bad(`The request brings different GitLab tokens in ${headers}; send one.`);
  }
  if (!/^[!-~]+$/u.test(own.token)) {
    throw bad(`The token in ${own.header} has a space or another character that no token has; send the bare token.`);
  }
  if (isKey(own.token)) {
    throw bad(`${own.header} holds this server's own token, which goes in X-MCP-Auth-Token; send a GitLab token here.`);
  }
  return own;
}

const bad = (message: string): Refusal => new Refusal({ status: 400, message });
