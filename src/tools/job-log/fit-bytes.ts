/** The beginning of a text that fits into `maxBytes` of UTF-8, cut between characters. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, maxBytes)), { stream: true });
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
