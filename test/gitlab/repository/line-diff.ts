interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** The hunks of a unified diff, as GitLab's `diff` field has them: no file header, three lines of context. */
export function unifiedDiff(before: string, after: string): string {
  const lines = compareLines(splitLines(before), splitLines(after));
  return hunks(lines).join('');
}

function splitLines(text: string): readonly string[] {
  if (text === '') return [];
  return text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
}

function compareLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const marked = (lines: readonly string[], mark: Line['mark']): Line[] => lines.map((text) => ({ mark, text }));
  return [
    ...marked(before.slice(0, start), ' '),
    ...compareMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...marked(before.slice(before.length - end), ' '),
  ];
}

/** Beyond this many cells the changed middle is written as one replacement. */
const tableLimit = 250_000;

function compareMiddle(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > tableLimit) {
    return [...before.map((text): Line => ({ mark: '-', text })), ...after.map((text): Line => ({ mark: '+', text }))];
  }
  const common = commonLengths(before, after);
  const reach = (row: number, column: number): number => common[row]?.[column] ?? -1;
  const lines: Line[] = [];
  for (let [old, fresh] = [0, 0]; old < before.length || fresh < after.length;) {
    const [removed = '', added = ''] = [before[old], after[fresh]];
    const [skipOld, skipNew] = [reach(old + 1, fresh), reach(old, fresh + 1)];
    if (removed === added && skipOld >= 0 && skipNew >= 0) {
      lines.push({ mark: ' ', text: removed });
      old += 1;
      fresh += 1;
    } else if (skipOld >= skipNew) {
      lines.push({ mark: '-', text: removed });
      old += 1;
    } else {
      lines.push({ mark: '+', text: added });
      fresh += 1;
    }
  }
  return lines;
}

/** For each pair of places, how many lines the rests have in common in order. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly (readonly number[])[] {
  const table: number[][] = Array.from({ length: before.length + 1 }, () => [0]);
  for (let row = before.length; row >= 0; row -= 1) {
    const [line, below] = [Array.from({ length: after.length + 1 }, () => 0), table[row + 1] ?? []];
    for (let column = after.length - 1; row < before.length && column >= 0; column -= 1) {
      line[column] =
        before[row] === after[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, line[column + 1] ?? 0);
    }
    table[row] = line;
  }
  return table;
}

const context = 3;

function hunks(lines: readonly Line[]): readonly string[] {
  return hunkRanges(lines).map(([start, end]) => {
    const [before, hunk] = [lines.slice(0, start), lines.slice(start, end)];
    const old = range(countWithout(before, '+'), countWithout(hunk, '+'));
    const fresh = range(countWithout(before, '-'), countWithout(hunk, '-'));
    return `@@ -${old} +${fresh} @@\n${hunk.map((line) => `${line.mark}${line.text}\n`).join('')}`;
  });
}

/** Changes closer than twice the context share a hunk. */
function hunkRanges(lines: readonly Line[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const [place, line] of lines.entries()) {
    if (line.mark === ' ') continue;
    const last = ranges.at(-1);
    const end = Math.min(place + context + 1, lines.length);
    if (last !== undefined && place - context <= last[1]) last[1] = end;
    else ranges.push([Math.max(place - context, 0), end]);
  }
  return ranges;
}

function range(linesBefore: number, length: number): string {
  const start = String(length === 0 ? linesBefore : linesBefore + 1);
  return length === 1 ? start : `${start},${String(length)}`;
}

function countWithout(lines: readonly Line[], mark: Line['mark']): number {
  return lines.filter((line) => line.mark !== mark).length;
}
