import { cutToBytes, ownCopy } from '../fit-bytes.ts';
import type { ErrorRule } from './error-rules.ts';

/** The lines of one error, gathered while they come. */
interface ErrorBlock {
  readonly rule: ErrorRule;
  readonly n: number;
  /** Adds the line if it belongs to the error. */
  takes(text: string, beginsAnother: () => boolean): boolean;
  /** The text of the error; nothing if it turned out to be none. */
  text(): string | undefined;
  /** What errors that differ only in numbers have in common. */
  key(): string;
}

const linesAfter = 2;
const maxFirstLines = 30;
const maxLastLines = 20;
const maxLineBytes = 600;

/** A long error keeps its beginning and its end. */
export function createErrorBlock(rule: ErrorRule, n: number, firstLine: string): ErrorBlock {
  const first = [shortened(firstLine)];
  const last: string[] = [];
  let count = 1;
  let previous = firstLine;
  let isError = rule.has === undefined;

  const belongs = (text: string, beginsAnother: () => boolean): boolean =>
    rule.goesOn === undefined
      ? count <= linesAfter && text.trim() !== '' && !beginsAnother()
      : rule.goesOn(text, { count, last: previous });
  const lines = (): readonly string[] => {
    const skipped = count - first.length - last.length;
    return [...first, ...(skipped > 0 ? [`[... ${String(skipped)} lines left out ...]`] : []), ...last];
  };
  return {
    rule,
    n,
    takes(text, beginsAnother) {
      if (!belongs(text, beginsAnother)) return false;
      isError ||= rule.has?.test(text) === true;
      count += 1;
      previous = text;
      if (first.length < maxFirstLines) first.push(shortened(text));
      else last.push(shortened(text));
      if (last.length > maxLastLines) last.shift();
      return true;
    },
    text: () => (isError ? ownCopy(lines().join('\n').trimEnd()) : undefined),
    key() {
      const whole = rule.goesOn === undefined ? [firstLine] : lines().filter((line) => line.trim() !== '');
      return `${rule.kind} ${whole.join('\n').replaceAll(/0x[\da-f]+|\d+/giu, '0')}`;
    },
  };
}

function shortened(text: string): string {
  return cutToBytes(text, maxLineBytes);
}
