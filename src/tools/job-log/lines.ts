import { createBoundedLine } from './bounded-line.ts';
import { cleanLine } from './clean-line.ts';
import { createRawLines } from './raw-lines.ts';

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

/** What is kept of a line, and so what of it is searched. */
export const maxLineChars = 16_384;

/**
 * With FF_TIMESTAMPS the runner begins each line with time, stream and `+` where it continues the stream's line before:
 * https://gitlab.com/gitlab-org/gitlab-runner/-/blob/main/common/buildlogger/internal/timestamper/timestamper.go
 */
const runnerPrefix = /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z [\da-f]{2}[EO][+ ]/u;
const prefixChars = 32;
const streamAt = 28;
const continuedAt = 31;

/** Cuts a raw log into clean lines, however its chunks fall. */
export function createLineReader(take: (line: LogLine) => void): LineReader {
  const open = createBoundedLine(maxLineChars);
  let openNumber = 0;
  let openStream = '';

  const flush = (): void => {
    if (openNumber === 0) return;
    const { text, cut } = open.take();
    const parts = cleanLine(text);
    for (const [index, part] of parts.entries())
      take({ n: openNumber, text: part, cut: index === parts.length - 1 ? cut : 0 });
    openNumber = 0;
  };
  const raw = createRawLines(prefixChars, {
    begin(n, text) {
      const stamped = runnerPrefix.test(text);
      const stream = stamped ? text.slice(streamAt, continuedAt) : '';
      const continues = stamped && text[continuedAt] === '+' && stream === openStream && openNumber > 0;
      if (!continues) {
        flush();
        openNumber = n;
        openStream = stream;
      }
      open.add(stamped ? text.slice(prefixChars) : text);
    },
    add: open.add,
  });
  return {
    push: raw.push,
    finish() {
      const count = raw.finish();
      flush();
      return count;
    },
  };
}
