import type { Excerpt } from './excerpt.ts';
import { countFitting } from './fit-bytes.ts';
import type { ShownLine } from './shown-lines.ts';
import type { LogView } from './view.ts';

interface Chosen {
  readonly excerpt: Excerpt;
  readonly view: LogView;
  readonly searched: boolean;
  /** How many lines the raw log has. */
  readonly totalLines: number;
  /** What else the caller must know. */
  readonly notes: readonly string[];
}

interface Fitted {
  readonly first: readonly ShownLine[];
  readonly last: readonly ShownLine[];
  /** How many of the lines asked for do not fit or were not wanted. */
  readonly leftOut: number;
}

/** For the marks around the lines. */
const reservedBytes = 700;

/** The answer with the chosen lines, cut to the budget, and with what was left out. */
export function answerExcerpt(chosen: Chosen): unknown {
  const { view, excerpt, searched, totalLines } = chosen;
  const json = view.format === 'json';
  const fitted = fitToBudget(excerpt, {
    maxBytes: view.maxBytes - Math.min(reservedBytes, Math.floor(view.maxBytes / 2)),
    size: json ? jsonSize : textSize(totalLines),
  });
  const notes = [...describe(chosen, fitted), ...chosen.notes];
  if (!json) return asTextAnswer(chosen, fitted, notes);
  return {
    lines: [...fitted.first, ...fitted.last].map(asJson),
    total_lines: totalLines,
    ...(searched ? { matches: excerpt.asked } : {}),
    ...(fitted.leftOut > 0 ? { left_out: fitted.leftOut } : {}),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
}

function fitToBudget(excerpt: Excerpt, budget: { maxBytes: number; size: (line: ShownLine) => number }): Fitted {
  const share = excerpt.last.length > 0 ? Math.floor(budget.maxBytes / 2) : budget.maxBytes;
  const firstSizes = excerpt.first.map(budget.size);
  const first = excerpt.first.slice(0, countFitting(firstSizes, share));
  const spent = firstSizes.slice(0, first.length).reduce((sum, size) => sum + size, 0);
  const lastSizes = excerpt.last.map(budget.size).toReversed();
  const lastCount = countFitting(lastSizes, budget.maxBytes - spent);
  const last = lastCount === 0 ? [] : excerpt.last.slice(-lastCount);
  return { first, last, leftOut: excerpt.asked - [...first, ...last].filter((line) => line.asked).length };
}

function describe({ searched, totalLines, view, excerpt }: Chosen, fitted: Fitted): readonly string[] {
  if (totalLines === 0) return ['The log is empty.'];
  const verb = view.invert_match === true ? 'do not match' : 'match';
  const found = searched ? [`${String(excerpt.asked)} of ${String(totalLines)} lines ${verb}.`] : [];
  if (fitted.leftOut === 0) return found;
  const what = searched ? 'matches' : 'lines';
  return [
    ...found,
    `${String(fitted.leftOut)} of ${String(excerpt.asked)} ${what} are left out, the ${shownPart(fitted)} shown.`,
    `"head" gives the first ${what}, "tail" the last, a ${searched ? 'narrower ' : ''}"search" pattern those you look for; one answer holds at most ${String(view.maxBytes)} bytes.`,
  ];
}

function shownPart({ first, last }: Fitted): string {
  if (first.length > 0 && last.length > 0) return 'first and the last are';
  return first.length > 0 ? 'first are' : 'last are';
}

function asTextAnswer({ searched, totalLines, view }: Chosen, fitted: Fitted, notes: readonly string[]): string {
  const width = String(totalLines).length;
  const parts = [fitted.first, fitted.last].map((lines) => {
    const separated = searched && (view.context_lines ?? 0) > 0;
    return lines.flatMap((line, index) => {
      const apart = separated && index > 0 && lines[index - 1]?.place !== line.place - 1;
      return apart ? ['--', asText(line, width)] : [asText(line, width)];
    });
  });
  const [first = [], last = []] = parts;
  const hasGap = first.length > 0 && last.length > 0 && fitted.leftOut > 0;
  const gap = hasGap ? [`[... ${String(fitted.leftOut)} left out ...]`] : [];
  const mark = notes.length === 0 ? [] : [`[${notes.join(' ')}]`];
  return [...mark, ...first, ...gap, ...last].join('\n');
}

function textSize(totalLines: number): (line: ShownLine) => number {
  const width = String(totalLines).length;
  const separatorBytes = 3;
  return (line) => Buffer.byteLength(asText(line, width)) + 1 + separatorBytes;
}

function jsonSize(line: ShownLine): number {
  return Buffer.byteLength(JSON.stringify(asJson(line))) + 1;
}

/** As `grep -n` prints matches and their context. */
function asText({ n, text, before, cut, asked }: ShownLine, width: number): string {
  const earlier = before === 0 ? '' : `[${String(before)} characters ...] `;
  const mark = cut === 0 ? '' : ` [... ${String(cut)} more characters of this line]`;
  return `${String(n).padStart(width)}${asked ? ':' : '-'} ${earlier}${text}${mark}`;
}

function asJson({ n, text, before, cut, asked }: ShownLine): Readonly<Record<string, unknown>> {
  const missing = { ...(before === 0 ? {} : { cut_before: before }), ...(cut === 0 ? {} : { cut }) };
  return { n, text, ...missing, ...(asked ? {} : { context: true }) };
}
