import { bytesOf, cutText } from './cut.ts';

type Json = Readonly<Record<string, unknown>>;

const sizeOf = (value: unknown): number => bytesOf(JSON.stringify(value));

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Room for the words that say what was left out. */
const MARK_BYTES = 200;

/** A text that is cut shorter says little: items of long lists go first. */
const TEXT_BYTES = 500;

/** The first item of a list says what it is about, another one how it goes on. */
const LEAST_ITEMS = 2;

/** Lists with the newest at their end. */
const NEWEST_LAST: ReadonlySet<string> = new Set(['notes']);

interface Fitting {
  readonly maxBytes: number;
  /** Whether the tool can be asked for shorter pages. */
  readonly isPaged: boolean;
}

/** A list cut at an item's bound. `answer` is the whole answer, `items` its items; what is left out is counted, with the way to it. */
export function fitList(answer: Json, items: readonly unknown[], { maxBytes, isPaged }: Fitting): Json {
  if (sizeOf(answer) <= maxBytes) return answer;
  const room = maxBytes - sizeOf({ ...answer, items: [] }) - MARK_BYTES;
  const kept: unknown[] = [];
  let used = 0;
  for (const item of items) {
    used += sizeOf(item) + 1;
    if (used > room) break;
    kept.push(item);
  }
  // Not even one fits: it is cut inside.
  if (kept.length === 0) kept.push(fitJson(items[0], room));
  const left = items.length - kept.length;
  if (left === 0) return { ...answer, items: kept };
  const rest = isPaged ? `pages of per_page=${String(kept.length)} fit into an answer` : 'ask for fewer at once';
  return { ...answer, items: kept, left_out: left, get_rest: rest };
}

/** A value that fits: its longest texts are cut, then its longest lists. */
export const fitValue = (value: unknown, maxBytes: number): unknown =>
  typeof value === 'string' ? cutField(value, maxBytes) : fitJson(value, maxBytes);

const cutField = (text: string, maxBytes: number): string => cutText(text, maxBytes, 'this field is shown no further');

/** The most that one text and one list may have. */
interface Limits {
  readonly text: number;
  readonly items: number;
}

interface Step {
  readonly least: number;
  readonly most: number;
  readonly cutTo: (limit: number) => unknown;
}

function fitJson(value: unknown, maxBytes: number): unknown {
  if (sizeOf(value) <= maxBytes) return value;
  // No list that fits has more items than bytes.
  const all = maxBytes;
  const steps: readonly Step[] = [
    { least: TEXT_BYTES, most: maxBytes, cutTo: (text) => cutInside(value, { text, items: all }) },
    { least: LEAST_ITEMS, most: all, cutTo: (items) => cutInside(value, { text: TEXT_BYTES, items }) },
    { least: MARK_BYTES, most: TEXT_BYTES, cutTo: (text) => cutInside(value, { text, items: LEAST_ITEMS }) },
  ];
  for (const step of steps) {
    const fitting = largestFitting(step, maxBytes);
    if (fitting !== undefined) return fitting;
  }
  return withoutLargest(cutInside(value, { text: MARK_BYTES, items: LEAST_ITEMS }), maxBytes);
}

/** What the highest limit leaves that still fits; nothing where not even the least one does. */
function largestFitting({ least, most, cutTo }: Step, maxBytes: number): unknown {
  let fitting: unknown;
  let low = least;
  let high = most;
  for (let limit = least; low <= high; limit = Math.floor((low + high) / 2)) {
    const tried = cutTo(limit);
    if (sizeOf(tried) > maxBytes) {
      high = limit - 1;
    } else {
      low = limit + 1;
      fitting = tried;
    }
  }
  return fitting;
}

function cutInside(value: unknown, limits: Limits, name?: string): unknown {
  if (typeof value === 'string') return cutField(value, limits.text);
  if (Array.isArray(value)) return cutItems(value, limits.items, name).map((each) => cutInside(each, limits));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cutInside(each, limits, key)]));
}

/** The mark stands where the items were. */
function cutItems(items: readonly unknown[], most: number, name = ''): readonly unknown[] {
  const left = items.length - most;
  if (left <= 0) return items;
  const head = NEWEST_LAST.has(name) ? 1 : most;
  return [...items.slice(0, head), `[${String(left)} more items: left out here]`, ...items.slice(head + left)];
}

/** The last resort: as many of the smallest fields as fit. */
function withoutLargest(value: unknown, maxBytes: number): unknown {
  if (!isObject(value)) return `[${String(sizeOf(value))} bytes: left out here]`;
  const fields = Object.entries(value);
  let used = MARK_BYTES;
  const kept = new Set(
    fields
      .map(([name, each]) => ({ name, bytes: sizeOf({ [name]: each }) }))
      .toSorted((one, other) => one.bytes - other.bytes)
      .filter(({ bytes }) => (used += bytes) <= maxBytes)
      .map(({ name }) => name),
  );
  const left = fields.length - kept.size;
  return { ...Object.fromEntries(fields.filter(([name]) => kept.has(name))), left_out: `${String(left)} fields` };
}
