import * as z from 'zod';
import { Failure } from '../errors.ts';
import type { FormFile } from '../gitlab/request.ts';
import { fileName } from './inputs.ts';

/** The arguments of an upload: base64, as the old service took it, or plain text. */
export const fileInput = {
  file: z.string(),
  filename: fileName,
  encoding: z.enum(['base64', 'text']).default('base64').describe('Of file.'),
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/u;

/** Apart from its pattern its length tells; one pattern for both repeats a group, and overflows the stack at a few megabytes. */
const isBase64 = (text: string): boolean => BASE64.test(text) && text.length % 4 !== 1 && isPaddedInFull(text);

const isPaddedInFull = (text: string): boolean => !text.endsWith('=') || text.length % 4 === 0;

type FileArgs = Readonly<z.output<z.ZodObject<typeof fileInput>>>;

/** The file of the form; GitLab wants multipart, not base64 in JSON. */
export function formFile({ file, filename, encoding }: FileArgs): FormFile {
  if (encoding === 'text') return { field: 'file', filename, bytes: Buffer.from(file, 'utf8') };
  const packed = file.replaceAll(/\s/gu, '');
  if (!isBase64(packed))
    throw new Failure('INVALID_ARGUMENTS', 'file is not base64; send plain text with encoding=text.');
  return { field: 'file', filename, bytes: Buffer.from(packed, 'base64') };
}
