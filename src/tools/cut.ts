/** The length of a text in an answer, in bytes of UTF-8. */
export const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');

/** How to get what was cut off, said for the text that was kept. */
type Rest = string | ((kept: string) => string);

/**
 * The beginning of a text, cut after a whole line where there is one, with a mark that says how much is left and, in
 * `rest`, how to get it.
 */
export function cutText(text: string, maxBytes: number, rest: Rest): string {
  const size = bytesOf(text);
  if (size <= maxBytes) return text;
  const mark = (kept: string): string =>
    `\n[${String(size - bytesOf(kept))} more bytes: ${typeof rest === 'string' ? rest : rest(kept)}]`;
  const bytes = Buffer.from(text, 'utf8');
  let room = maxBytes - bytesOf(mark(''));
  // What the mark says depends on what is kept.
  for (;;) {
    const kept = wholeLines(beginningOf(bytes, room));
    const cut = kept + mark(kept);
    const excess = bytesOf(cut) - maxBytes;
    if (excess <= 0 || room <= 0) return cut;
    room -= excess;
  }
}

/** As many whole characters as fit. */
const beginningOf = (bytes: Buffer, maxBytes: number): string =>
  bytes
    .subarray(0, Math.max(0, maxBytes))
    .toString('utf8')
    .replace(/\uFFFD$/u, '');

/** A cut inside a line only where the text has no line that fits. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end <= 0 ? text : text.slice(0, end);
}
