import { bytesOf, cutText } from './cut.ts';

type Json = Readonly<Record<string, unknown>>;

const sizeOf = (value: unknown): number => bytesOf(JSON.stringify(value));

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Room for the words that say what was left out. */
const MARK_BYTES = 200;

/**
 * A list cut at an item's bound. `answer` is the whole answer, `items` its items; what is left out is counted, with the
 * per_page that shows as many as fit.
 */
export function fitList(answer: Json, items: readonly unknown[], maxBytes: number): Json {
  if (sizeOf(answer) <= maxBytes) return answer;
  const room = maxBytes - sizeOf({ ...answer, items: [] }) - MARK_BYTES;
  const kept: unknown[] = [];
  let used = 0;
  for (const item of items) {
    used += sizeOf(item) + 1;
    if (used > room) break;
    kept.push(item);
  }
  // Not even one fits: its longest texts are cut instead.
  if (kept.length === 0) kept.push(fitValue(items[0], room));
  const left = items.length - kept.length;
  if (left === 0) return { ...answer, items: kept };
  return {
    ...answer,
    items: kept,
    left_out: left,
    get_rest: `pages of per_page=${String(kept.length)} fit into an answer`,
  };
}

/** A value whose longest texts are cut until it fits. */
export function fitValue(value: unknown, maxBytes: number): unknown {
  if (typeof value === 'string') return cutText(value, maxBytes, 'this field is shown no further');
  let fitting = value;
  // Halving the longest allowed text ends after a few rounds, even for many long texts.
  for (let longest = maxBytes; sizeOf(fitting) > maxBytes && longest > MARK_BYTES; longest = Math.floor(longest / 2)) {
    fitting = cutTexts(value, longest);
  }
  return fitting;
}

function cutTexts(value: unknown, longest: number): unknown {
  if (typeof value === 'string') return cutText(value, longest, 'this field is shown no further');
  if (Array.isArray(value)) return value.map((each: unknown) => cutTexts(each, longest));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cutTexts(each, longest)]));
}
