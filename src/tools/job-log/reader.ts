import { Failure } from '../../errors.ts';
import type { TextSink } from '../../gitlab/request.ts';
import { answerExcerpt } from './excerpt-answer.ts';
import { createExcerptReader } from './excerpt.ts';
import { extractors } from './extract/extractors.ts';
import { createLineReader, maxLineChars } from './lines.ts';
import type { LogLine } from './lines.ts';
import { createMatcher } from './matcher.ts';
import { answerReport } from './report-answer.ts';
import type { LogView } from './view.ts';

/** A use of the clean lines, and the answer it makes of them. */
interface Reading {
  readonly line: (line: LogLine) => void;
  readonly answer: (totalLines: number, notes: readonly string[]) => unknown;
}

/** A pattern takes linear time, but a large one takes long for each character: no search holds up the worker longer. */
const maxSearchMs = 10_000;

/** BuildKit's number of the step and its seconds before each line of a command's output. */
const buildkitPrefix = /^#\d+ \d+\.\d+ /u;

/** Reads a job's log as it streams in and answers with the part of it that the caller wants to see. */
export function createLogReader(
  view: LogView,
  clock: () => number = () => performance.now(),
): TextSink & { finish(): unknown } {
  const reading = view.extract === undefined ? readExcerpt(view) : readReport(view, view.extract);
  let longLines = 0;
  const lines = createLineReader((line) => {
    if (line.cut > 0) longLines += 1;
    reading.line(line);
  });
  const isSearch = view.extract === undefined && isGiven(view.search);
  const isSought = view.extract !== undefined || isSearch;
  let spentMs = 0;
  return {
    push(chunk) {
      const begunMs = clock();
      lines.push(chunk);
      spentMs += clock() - begunMs;
      if (isSearch && spentMs > maxSearchMs) throw tooSlow();
    },
    finish() {
      const totalLines = lines.finish();
      return reading.answer(totalLines, isSought && longLines > 0 ? [beginningsOnly(longLines)] : []);
    },
  };
}

function readExcerpt(view: LogView): Reading {
  const searched = isGiven(view.search);
  const matcher = isGiven(view.search) ? createMatcher(view.search) : undefined;
  const reader = createExcerptReader(view, matcher);
  const idle = searched ? [] : givenOf(view, ['invert_match', 'context_lines']);
  const notes = idle.length === 0 ? [] : [`Without "search" this does nothing: ${idle.join(', ')}.`];
  return {
    line: (line) => {
      reader.line(line);
    },
    answer: (totalLines, more) =>
      answerExcerpt({ excerpt: reader.result(), view, searched, totalLines, notes: [...more, ...notes] }),
  };
}

function readReport(view: LogView, extract: NonNullable<LogView['extract']>): Reading {
  const extractor = extractors[extract](view.maxBytes);
  const idle = givenOf(view, ['head', 'tail', 'search', 'context_lines', 'invert_match']);
  const notes = idle.length === 0 ? [] : [`"extract" reads the whole log, so this does nothing: ${idle.join(', ')}.`];
  return {
    line: ({ n, text }) => {
      extractor.line(n, text.replace(buildkitPrefix, ''));
    },
    answer: (totalLines, more) =>
      answerReport({ report: extractor.result(), view, totalLines, notes: [...more, ...notes] }),
  };
}

function givenOf(view: LogView, names: readonly (keyof LogView)[]): readonly string[] {
  const nothing = new Set<unknown>([undefined, '', false, 0]);
  return names.filter((name) => !nothing.has(view[name]));
}

function isGiven(search: string | undefined): search is string {
  return search !== undefined && search !== '';
}

function beginningsOnly(count: number): string {
  const lines = count === 1 ? '1 line was' : `${String(count)} lines were`;
  return `${lines} searched only in the first ${String(maxLineChars)} characters.`;
}

function tooSlow(): Failure {
  return new Failure(
    'INVALID_ARGUMENTS',
    'search takes too long on this log: use a simpler pattern with smaller repeat counts.',
  );
}
