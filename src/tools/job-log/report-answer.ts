import type { Finding, FindingList, Report } from './extract/extractor.ts';
import { countFitting } from './fit-bytes.ts';
import type { LogView } from './view.ts';

interface Reported {
  readonly report: Report;
  readonly view: LogView;
  /** How many lines the raw log has. */
  readonly totalLines: number;
  /** What else the caller must know. */
  readonly notes: readonly string[];
}

interface Budget {
  readonly maxBytes: number;
  readonly size: (finding: Finding) => number;
}

/** For the notes and the names around the findings. */
const reservedBytes = 700;

/** The answer with what an extractor found, cut to the budget, and with how much was left out. */
export function answerReport({ report, view, totalLines, notes }: Reported): unknown {
  const asked = view.format === 'text' ? textSize : jsonSize;
  const maxBytes = view.maxBytes - Math.min(reservedBytes, Math.floor(view.maxBytes / 2)) - asked(report.facts);
  const lists = fitLists(report.lists, { maxBytes, size: asked });
  const answer = {
    ...report.facts,
    ...Object.fromEntries(lists.map((list) => [list.name, list.items])),
    total_lines: totalLines,
  };
  const allNotes = [...lists.flatMap((list) => leftOut(list, view.maxBytes)), ...nothingFound(report), ...notes];
  if (view.format === 'text') return [...allNotes.map((note) => `[${note}]`), asText(answer)].join('\n');
  return allNotes.length === 0 ? answer : { ...answer, note: allNotes.join(' ') };
}

/** Short lists are shown whole, long ones share what is left. */
function fitLists(lists: readonly FindingList[], { maxBytes, size }: Budget): readonly FindingList[] {
  const sizes = new Map(lists.map((list) => [list, list.items.map(size)]));
  const bytesOf = (list: FindingList): number => (sizes.get(list) ?? []).reduce((sum, bytes) => sum + bytes, 0);
  let left = maxBytes;
  let waiting = lists.length;
  const fitted = new Map<FindingList, FindingList>();
  for (const list of lists.toSorted((one, other) => bytesOf(one) - bytesOf(other))) {
    const items = fitItems(list, { sizes: sizes.get(list) ?? [], maxBytes: Math.floor(left / waiting) });
    left -= items.reduce((sum, item) => sum + size(item), 0);
    waiting -= 1;
    fitted.set(list, { ...list, items });
  }
  return lists.map((list) => fitted.get(list) ?? list);
}

function fitItems(list: FindingList, room: { sizes: readonly number[]; maxBytes: number }): readonly Finding[] {
  if (list.keep === 'first') return list.items.slice(0, countFitting(room.sizes, room.maxBytes));
  return list.items.slice(list.items.length - countFitting(room.sizes.toReversed(), room.maxBytes));
}

function leftOut({ name, total, items, keep }: FindingList, maxBytes: number): readonly string[] {
  if (total <= items.length) return [];
  const what = `${String(total - items.length)} of ${String(total)} ${name}`;
  return [
    `${what} are left out, the ${keep} are shown: one answer holds at most ${String(maxBytes)} bytes; "search" finds their lines.`,
  ];
}

function nothingFound({ facts, lists }: Report): readonly string[] {
  const isEmpty = Object.keys(facts).length === 0 && lists.every((list) => list.total === 0);
  return isEmpty ? ['Nothing of this kind was found in the log; "tail" or "search" show its lines.'] : [];
}

function jsonSize(finding: Finding): number {
  return Buffer.byteLength(JSON.stringify(finding)) + 1;
}

function textSize(finding: Finding): number {
  return Buffer.byteLength(asItem(finding)) + 1;
}

function asText(answer: Finding): string {
  return Object.entries(answer)
    .map(([name, value]) =>
      Array.isArray(value) ? [`${name}:`, ...value.map(asItem)].join('\n') : `${name}: ${asValue(value)}`,
    )
    .join('\n');
}

/** Short values on one line, those of several lines below it. */
function asItem(item: unknown): string {
  if (!isFinding(item)) return `- ${asValue(item)}`;
  const entries = Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, value: asValue(value) }));
  const short = entries.filter(({ value }) => !value.includes('\n')).map(({ name, value }) => `${name}: ${value}`);
  const long = entries
    .filter(({ value }) => value.includes('\n'))
    .map(({ name, value }) => `\n  ${name}:\n    ${value.replaceAll('\n', '\n    ')}`);
  return `- ${short.join(', ')}${long.join('')}`;
}

function asValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isFinding(value: unknown): value is Finding {
  return typeof value === 'object' && value !== null;
}
