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
  // No mark is longer than the one with the largest numbers.
  const longestMark = Math.max(bytesOf(mark('')), bytesOf(mark(text)) + String(size).length);
  const room = Math.max(0, maxBytes - longestMark);
  const kept = wholeLines(
    Buffer.from(text, 'utf8')
      .subarray(0, room)
      .toString('utf8')
      .replace(/\uFFFD$/u, ''),
  );
  return kept + mark(kept);
}

/** A cut inside a line only where the text has no line that fits. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end <= 0 ? text : text.slice(0, end);
}
