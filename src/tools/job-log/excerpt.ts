import { cutAround } from './fit-bytes.ts';
import type { LogLine } from './lines.ts';
import type { Matcher } from './matcher.ts';
import { createFirstLines, createLastLines } from './shown-lines.ts';
import type { ShownLine } from './shown-lines.ts';
import type { LogView } from './view.ts';

/** What was chosen of a log, bounded by the budget but not yet cut to it. */
export interface Excerpt {
  readonly first: readonly ShownLine[];
  readonly last: readonly ShownLine[];
  /** How many lines were asked for: all of them, or those that match. */
  readonly asked: number;
}

const beginning = { start: 0, end: 0 };

interface ExcerptReader {
  line(line: LogLine): void;
  result(): Excerpt;
}

/** More context than this is another question. */
const maxContextLines = 500;
/** No line takes more than this part of the answer. */
const linesPerAnswer = 10;

/** Chooses lines as `grep -C` does, then the first or last of them; without any wish the last ones. */
export function createExcerptReader(view: LogView, matcher: Matcher | undefined): ExcerptReader {
  const contextLines = matcher === undefined ? 0 : Math.min(view.context_lines ?? 0, maxContextLines);
  const maxLineBytes = Math.max(80, Math.floor(view.maxBytes / linesPerAnswer));
  const limits = { contextLines, maxBytes: view.maxBytes, maxLineBytes };
  const first = view.head === undefined ? undefined : createFirstLines({ ...limits, wanted: view.head });
  const last =
    view.head !== undefined && view.tail === undefined
      ? undefined
      : createLastLines({ ...limits, wanted: view.tail ?? Infinity });
  const inverted = view.invert_match ?? false;
  const isAsked = askedLines(matcher, inverted);
  const matches = inverted ? undefined : matcher;
  let asked = 0;

  const cutLine = (line: ShownLine, span = beginning): ShownLine => {
    const { text, before } = cutAround(line.text, span, maxLineBytes);
    return { ...line, text, before, cut: line.cut + line.text.length - before - text.length };
  };
  const cutAroundMatch = (line: ShownLine): ShownLine =>
    line.asked && Buffer.byteLength(line.text) > maxLineBytes ? cutLine(line, matches?.find(line.text)) : line;

  const show = (line: ShownLine): void => {
    if (line.asked) asked += 1;
    if (first?.takes(line) !== true) last?.add(line);
  };
  const withContext = createContext(contextLines, show);
  let place = 0;
  return {
    line(line) {
      place += 1;
      const whole = { ...line, before: 0, place, asked: isAsked(line.text) };
      // Where a match stands takes long to find: it is looked for in the few lines that stay to the end.
      withContext(whole.asked && matches !== undefined ? whole : cutLine(whole));
    },
    result() {
      const [firstLines = [], lastLines = []] = [first, last].map((kept) => kept?.lines().map(cutAroundMatch));
      return { first: firstLines, last: lastLines, asked };
    },
  };
}

function askedLines(matcher: Matcher | undefined, inverted: boolean): (text: string) => boolean {
  if (matcher === undefined) return () => true;
  return (text) => matcher.test(text) !== inverted;
}

/** Passes on the asked lines and those near them, each once and in their order. */
function createContext(contextLines: number, show: (line: ShownLine) => void): (line: ShownLine) => void {
  let before: ShownLine[] = [];
  let afterEnd = 0;
  return (line) => {
    if (line.asked) {
      for (const earlier of before) show(earlier);
      before = [];
      afterEnd = line.place + contextLines;
      show(line);
    } else if (line.place <= afterEnd) {
      show(line);
    } else if (contextLines > 0) {
      before.push(line);
      if (before.length > contextLines) before.shift();
    }
  };
}
