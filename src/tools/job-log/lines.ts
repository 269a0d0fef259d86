import { createBoundedLine } from './bounded-line.ts';
import { cleanLine } from './clean-line.ts';

/** A line of the log as a reader sees it. */
export interface LogLine {
  /** Its number in the raw log, from 1. */
  readonly n: number;
  readonly text: string;
  /** How many characters at its end were dropped because the line is too long. */
  readonly cut: number;
}

interface LineReader {
  push(chunk: string): void;
  /** Gives the last line; returns how many lines the raw log has. */
  finish(): number;
}

const maxLineChars = 16_384;

/**
 * With FF_TIMESTAMPS the runner begins each line with time, stream and `+` where the line continues the one before it:
 * https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/gitlab/ci/ansi2json/converter.rb
 */
const runnerPrefix = /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z [\da-f]{2}[EO][+ ]/u;
const prefixLength = 32;
const streamAt = 28;
const continuedAt = 31;

/** Cuts a raw log into clean lines, however its chunks fall. */
export function createLineReader(take: (line: LogLine) => void): LineReader {
  const open = createBoundedLine(maxLineChars);
  let openNumber = 0;
  let openStream = '';
  let count = 0;
  /** The beginning of the current raw line, until it is long enough to show a runner's prefix. */
  let beginning = '';
  let begun = false;

  const flush = (): void => {
    if (openNumber === 0) return;
    const { text, cut } = open.take();
    const parts = cleanLine(text);
    for (const [index, part] of parts.entries())
      take({ n: openNumber, text: part, cut: index === parts.length - 1 ? cut : 0 });
    openNumber = 0;
  };
  const begin = (): void => {
    count += 1;
    begun = true;
    const stamped = runnerPrefix.test(beginning);
    const stream = stamped ? beginning.slice(streamAt, continuedAt) : '';
    const continues = stamped && beginning[continuedAt] === '+' && stream === openStream && openNumber > 0;
    if (!continues) {
      flush();
      openNumber = count;
      openStream = stream;
    }
    open.add(stamped ? beginning.slice(prefixLength) : beginning);
    beginning = '';
  };
  const add = (piece: string): void => {
    if (begun) {
      open.add(piece);
      return;
    }
    beginning += piece;
    if (beginning.length >= prefixLength) begin();
  };
  const endLine = (): void => {
    if (!begun) begin();
    begun = false;
  };

  return {
    push(chunk) {
      let from = 0;
      for (let to = chunk.indexOf('\n'); to !== -1; to = chunk.indexOf('\n', from)) {
        add(chunk.slice(from, to));
        endLine();
        from = to + 1;
      }
      add(chunk.slice(from));
    },
    finish() {
      if (beginning !== '') begin();
      flush();
      return count;
    },
  };
}
