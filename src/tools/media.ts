import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import type { Content } from './content.ts';
import { jsonBlock, textBlock } from './content.ts';
import { bytesOf, cutText } from './cut.ts';
import type { Reply } from './tool.ts';

interface Shown {
  /** The file's name, for the client's eyes. */
  readonly name: string;
  readonly maxBytes: number;
}

/** What models take as pictures: https://docs.claude.com/en/docs/build-with-claude/vision */
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Pictures are not read as text, so that their bytes weigh less in a model's context; a bound all the same. */
const MAX_IMAGE_BYTES = 1_048_576;

const buffer = z.instanceof(Buffer);

/** From object storage GitLab hands a file out itself only if its operator has said so; elsewhere the token must not go. */
export const keptApart = {
  302: {
    means:
      'If it is kept in object storage, the operator of GitLab can set proxy_download for it: https://docs.gitlab.com/administration/object_storage/#proxy-download.',
  },
} as const;

/** A downloaded file: text as text, a picture as a picture, anything else as a blob; what is too large only by its size. */
export function showFile({ body, type = '' }: Reply, { name, maxBytes }: Shown): readonly Content[] {
  const bytes = buffer.parse(body ?? Buffer.alloc(0));
  const [mimeType = ''] = type.split(';');
  const about = { name, type: mimeType, size: bytes.length };
  if (IMAGES.has(mimeType) && bytes.length <= MAX_IMAGE_BYTES) {
    return [jsonBlock(about), { type: 'image', data: bytes.toString('base64'), mimeType }];
  }
  const room = maxBytes - bytesOf(JSON.stringify(about));
  if (isText(bytes))
    return [jsonBlock(about), textBlock(cutText(bytes.toString('utf8'), room, 'the rest is not shown'))];
  const blob = bytes.toString('base64');
  if (blob.length > room)
    return [jsonBlock({ ...about, left_out: `larger than the ${String(maxBytes)} bytes of an answer` })];
  return [
    jsonBlock(about),
    { type: 'resource', resource: { uri: `file:///${encodeURIComponent(name)}`, blob, mimeType } },
  ];
}

/** Whatever its type says: GitLab calls many text files application/octet-stream. */
export const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0);
