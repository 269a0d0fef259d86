import { File } from 'node:buffer';
import { FormData } from 'undici';
import { wirePath } from './url.ts';
import type { Outgoing } from './exchange.ts';
import type { FormFile, GitLabRequest } from './request.ts';
import type { ApiBase } from './url.ts';

interface Sender {
  readonly token: string;
  readonly userAgent: string;
  /** Further headers of this call. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A GitLab call as what is written to the connection. */
export function outgoingOf(base: ApiBase, request: GitLabRequest, sender: Sender): Outgoing {
  return {
    origin: base.origin,
    path: wirePath(base, request),
    method: request.method,
    headers: headersOf(request, sender),
    body: bodyOf(request),
  };
}

/** Bearer, because HTTP clients and proxies know it for a secret, which PRIVATE-TOKEN is not to them. */
function headersOf(request: GitLabRequest, { token, userAgent, headers = {} }: Sender): Record<string, string> {
  return {
    accept: request.accept === 'json' ? 'application/json' : '*/*',
    'user-agent': userAgent,
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    'accept-encoding': 'gzip',
    authorization: `Bearer ${token}`,
    ...(request.body !== undefined && request.form === undefined && { 'content-type': 'application/json' }),
  };
}

function bodyOf({ body, form }: GitLabRequest): Outgoing['body'] {
  if (form !== undefined) return formOf(form, body);
  return body === undefined ? null : JSON.stringify(body);
}

/** undici writes the multipart body, its header and its length, and escapes the file's name. */
function formOf({ field, filename, bytes }: FormFile, body: GitLabRequest['body'] = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) form.append(name, String(value));
  form.append(field, new File([bytes], filename));
  return form;
}
