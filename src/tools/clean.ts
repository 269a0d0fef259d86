import { tokenShape } from '../token-shape.ts';
import type { Content } from './content.ts';
import { isRawText } from './content.ts';

const mark = '[redacted]';

/** Shorter ones are no tokens of GitLab's, and would hide parts of words. */
const SHORTEST_TOKEN = 8;

/**
 * `"password": "…"`, or deeper in JSON `\"password\": \"…\"`: each time that a text is put into JSON, a run of n backslashes before
 * a quotation mark becomes one of 2n + 1. The value ends where its line or the JSON around it does, too: it may be cut off.
 */
function namedValue(depth: number): RegExp {
  const escapes = 2 ** depth - 1;
  const quote = String.raw`\\{${String(escapes)}}"`;
  const backslash = String.raw`\\{${String(2 * escapes + 2)}}`;
  const inner = String.raw`(?:${backslash}){0,1000}\\{${String(2 * escapes + 1)}}"`;
  const name = String.raw`(?:\w{1,60}_)?(?:token|password|secret|private_key)`;
  // Not inner: the end of the value, or of what is around it.
  const end = String.raw`(?!${inner})\\*(?:["\n]|$)`;
  const value = String.raw`(?!${end})[^\n]+?(?<!\\)(?=${end})(?:(?:${backslash}){1,1000}(?=${quote}))?`;
  return new RegExp(String.raw`(?<head>(?<!\\)${quote}${name}${quote}\s*:\s*${quote})${value}`, 'gu');
}

// No pattern takes a quotation mark of its JSON's or half an escape, so that JSON stays JSON. None repeats a choice without a
// bound, which overflows the stack at a few megabytes.
const shapes: readonly (readonly [RegExp, string])[] = [
  ...[0, 1, 2, 3].map((depth) => [namedValue(depth), `$<head>${mark}`] as const),
  [/(?<scheme>\bhttps?:\/\/)[^\s/"'<>\\@]{1,300}@/giu, `$<scheme>${mark}@`],
  [/(?<scheme>\b[a-z][\w+.-]{1,30}:\/\/)[^\s/:"'<>\\@]{0,300}:[^\s/"'<>\\@]{1,300}@/giu, `$<scheme>${mark}@`],
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[\w+/=\s:,]|\\[nrt]|-(?!----)){0,1000000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/gu,
    mark,
  ],
];

function withoutTokens(text: string, own: string): string {
  const plain = text.replaceAll(tokenShape(), mark);
  if (own.length < SHORTEST_TOKEN) return plain;
  // In JSON the token stands escaped.
  return plain.replaceAll(own, mark).replaceAll(JSON.stringify(own).slice(1, -1), mark);
}

/** A text without tokens of GitLab, the caller's own token, credentials in URLs and private keys. */
export function withoutSecrets(text: string, own: string): string {
  return shapes.reduce((rest, [shape, instead]) => rest.replaceAll(shape, instead), withoutTokens(text, own));
}

interface Manner {
  /** The token that the call was made with. */
  readonly own: string;
  /** The raw texts are files and diffs, which come back in commits: only tokens of GitLab are taken out of them. */
  readonly isVerbatim: boolean;
}

/** The blocks as they may leave: what is taken out leaves the mark [redacted]. */
export function clean(content: readonly Content[], { own, isVerbatim }: Manner): readonly Content[] {
  return content.map((block) => {
    if (block.type !== 'text') return block;
    const keeps = isVerbatim && isRawText(block.text);
    return { ...block, text: keeps ? withoutTokens(block.text, own) : withoutSecrets(block.text, own) };
  });
}
