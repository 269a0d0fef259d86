/** The beginning of a text that fits into `maxBytes` of UTF-8, cut between characters. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, maxBytes)), { stream: true });
}

/** A part of a text, as places in it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** As much of a text as fits into `maxBytes`: its beginning, or where that does not hold the whole span, what is around the span. */
export function cutAround(text: string, { start, end }: Span, maxBytes: number): { text: string; before: number } {
  const beginning = cutToBytes(text, maxBytes);
  if (end <= beginning.length) return { text: beginning, before: 0 };
  // No character takes more than three bytes: what leads to the span takes at most half of the room.
  const from = Math.max(0, start - Math.floor(maxBytes / 6));
  const before = /^[\uDC00-\uDFFF]/u.test(text.slice(from, from + 1)) ? from + 1 : from;
  return { text: cutToBytes(text.slice(before), maxBytes), before };
}

/** A copy that does not keep the whole chunk in memory of which the text is a slice. */
export function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

/** How many items from the beginning of a list fit into `maxBytes`. */
export function countFitting(sizes: Iterable<number>, maxBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const size of sizes) {
    bytes += size;
    if (bytes > maxBytes) break;
    count += 1;
  }
  return count;
}
