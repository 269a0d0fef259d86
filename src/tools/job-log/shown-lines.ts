import { ownCopy } from './fit-bytes.ts';

/** A line that the answer may show. */
export interface ShownLine {
  readonly n: number;
  readonly text: string;
  /** How many characters are missing before the text, and after it. */
  readonly before: number;
  readonly cut: number;
  /** Its place among the lines that a reader sees: neighbours differ by 1. */
  readonly place: number;
  /** Whether the line itself was asked for, or is only the context of one that was. */
  readonly asked: boolean;
}

interface Limits {
  /** How many asked lines are wanted. */
  readonly wanted: number;
  readonly contextLines: number;
  readonly maxBytes: number;
  /** A longer line is cut when it is shown. */
  readonly maxLineBytes: number;
}

interface FirstLines {
  /** Whether the line belongs to the first ones; after the first that does not, none does. */
  takes(line: ShownLine): boolean;
  lines(): readonly ShownLine[];
}

/** Keeps the first wanted lines with their context. */
export function createFirstLines({ wanted, contextLines, maxBytes, maxLineBytes }: Limits): FirstLines {
  const kept: ShownLine[] = [];
  let bytes = 0;
  let asked = 0;
  let contextEnd = 0;
  let open = true;

  const belongs = (line: ShownLine): boolean => asked < wanted || (!line.asked && line.place <= contextEnd);
  return {
    takes(line) {
      bytes += leastBytes(line, maxLineBytes);
      open = open && bytes <= maxBytes && belongs(line);
      if (!open) return false;
      kept.push(owned(line));
      if (line.asked) {
        asked += 1;
        contextEnd = line.place + contextLines;
      }
      return true;
    },
    lines: () => kept,
  };
}

interface LastLines {
  add(line: ShownLine): void;
  lines(): readonly ShownLine[];
}

/** Keeps the last wanted lines with their context. */
export function createLastLines({ wanted, contextLines, maxBytes, maxLineBytes }: Limits): LastLines {
  let kept: ShownLine[] = [];
  let first = 0;
  let bytes = 0;

  const dropWhatCannotFit = (): void => {
    for (let line = kept[first]; line !== undefined; line = kept[first]) {
      const left = bytes - leastBytes(line, maxLineBytes);
      if (left <= maxBytes) break;
      bytes = left;
      first += 1;
    }
    if (first * 2 < kept.length) return;
    kept = kept.slice(first);
    first = 0;
  };
  return {
    add(line) {
      kept.push(owned(line));
      bytes += leastBytes(line, maxLineBytes);
      dropWhatCannotFit();
    },
    lines() {
      const lines = kept.slice(first);
      return lines.slice(startOfWanted(lines, { wanted, contextLines }));
    },
  };
}

function startOfWanted(lines: readonly ShownLine[], limits: Pick<Limits, 'wanted' | 'contextLines'>): number {
  const asked = lines.flatMap((line, index) => (line.asked ? [index] : []));
  if (asked.length <= limits.wanted) return 0;
  const firstAsked = lines[asked[asked.length - limits.wanted] ?? lines.length];
  if (firstAsked === undefined) return lines.length;
  return lines.findIndex((line) => line.place >= firstAsked.place - limits.contextLines);
}

/** The lines that were dropped stay countable: the text alone is what every form of the answer holds. */
function leastBytes(line: ShownLine, maxLineBytes: number): number {
  return Math.min(Buffer.byteLength(line.text), maxLineBytes) + 1;
}

function owned({ text, ...line }: ShownLine): ShownLine {
  return { ...line, text: ownCopy(text) };
}
