import type { IncomingMessage } from 'node:http';
import { Refusal, invalidParameters } from './errors.ts';
import { parseMultipart } from './multipart.ts';
import type { UploadedFile } from './multipart.ts';
import { isRecord, parseForm } from './values.ts';
import type { Values } from './values.ts';

/** A request body as GitLab reads it. */
export interface Body {
  readonly values: Values;
  readonly file: UploadedFile | undefined;
}

/** Splits a request target into its path and its query with the question mark. */
export function splitTarget(target: string): { path: string; search: string } {
  const cut = target.indexOf('?');
  return cut === -1 ? { path: target, search: '' } : { path: target.slice(0, cut), search: target.slice(cut) };
}

/** The whole body; rejects when the client goes away before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function parseBody(contentType: string, content: Buffer): Body {
  if (content.length === 0) return { values: {}, file: undefined };
  if (contentType.startsWith('application/json')) return { values: parseJson(content), file: undefined };
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return { values: parseForm(content.toString('utf8')), file: undefined };
  }
  const form = contentType.startsWith('multipart/form-data') ? parseMultipart(contentType, content) : undefined;
  if (form !== undefined) return form;
  throw new Refusal(415, { error: `The provided content-type '${contentType}' is not supported.` });
}

function parseJson(content: Buffer): Values {
  try {
    const value: unknown = JSON.parse(content.toString('utf8'));
    return isRecord(value) ? value : {};
  } catch {
    throw invalidParameters('message body does not match declared format');
  }
}
