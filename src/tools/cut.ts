/** The length of a text in an answer, in bytes of UTF-8. */
export const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');

/**
 * The beginning of a text, cut after a whole line where there is one, with a mark that says how much is left and, in
 * `rest`, how to get it.
 */
export function cutText(text: string, maxBytes: number, rest: string): string {
  const size = bytesOf(text);
  if (size <= maxBytes) return text;
  const mark = (left: number): string => `\n[${String(left)} more bytes: ${rest}]`;
  const room = Math.max(0, maxBytes - bytesOf(mark(size)));
  const kept = wholeLines(
    Buffer.from(text, 'utf8')
      .subarray(0, room)
      .toString('utf8')
      .replace(/\uFFFD$/u, ''),
  );
  return kept + mark(size - bytesOf(kept));
}

/** A cut inside a line only where the text has no line that fits. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end <= 0 ? text : text.slice(0, end);
}
