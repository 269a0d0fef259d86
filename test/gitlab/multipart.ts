import { putFormValue } from './values.ts';

export interface UploadedFile {
  readonly field: string;
  readonly filename: string;
  readonly bytes: Buffer;
}

interface Form {
  readonly values: Readonly<Record<string, unknown>>;
  readonly file: UploadedFile | undefined;
}

/** The fields and the one file of a multipart/form-data body; undefined where the body is no such form. */
export function parseMultipart(contentType: string, body: Buffer): Form | undefined {
  const mark = /boundary="?(?<mark>[^";]+)/u.exec(contentType)?.groups?.['mark'];
  if (mark === undefined) return undefined;
  const values: Record<string, unknown> = {};
  let file: UploadedFile | undefined;
  for (const part of split(body, Buffer.from(`--${mark}`))) {
    const { field, filename, bytes } = readPart(part);
    if (filename === undefined) putFormValue(values, field, bytes.toString('utf8'));
    else file = { field, filename, bytes };
  }
  return { values, file };
}

function readPart(part: Buffer): { field: string; filename: string | undefined; bytes: Buffer } {
  const headEnd = Math.max(part.indexOf('\r\n\r\n'), 0);
  const head = part.subarray(0, headEnd).toString('utf8');
  return {
    field: /[; ]name="(?<value>[^"]*)"/u.exec(head)?.groups?.['value'] ?? '',
    filename: /filename="(?<value>[^"]*)"/u.exec(head)?.groups?.['value'],
    bytes: Buffer.from(part.subarray(headEnd + 4, part.length - 2)),
  };
}

function split(body: Buffer, mark: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let start = body.indexOf(mark);
  while (start !== -1) {
    const next = body.indexOf(mark, start + mark.length);
    if (next === -1) break;
    parts.push(body.subarray(start + mark.length + 2, next));
    start = next;
  }
  return parts;
}
