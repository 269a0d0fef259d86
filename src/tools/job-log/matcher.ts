import { RE2JS, RE2JSException } from 're2js';
import { Failure } from '../../errors.ts';
import type { Span } from './fit-bytes.ts';

/** Tells whether a line matches what the caller searches. */
export interface Matcher {
  test(line: string): boolean;
  /** Where the first match stands; nothing for a large pattern, with which that takes long. */
  find(line: string): Span | undefined;
}

const maxPatternChars = 1000;
/** A matcher's memory and its time per character grow with its program. */
const maxProgramSize = 2000;
/** To find a match takes up to 30 times as long as to tell that there is one. */
const maxFindSize = 200;

/** A search pattern in RE2 syntax: case counts unless it begins with `(?i)`, and no pattern takes exponential time. */
export function createMatcher(pattern: string): Matcher {
  if (pattern.length > maxPatternChars) throw refused(`is longer than ${String(maxPatternChars)} characters`);
  const compiled = compile(pattern);
  if (compiled.programSize() > maxProgramSize) throw refused('is too large: use smaller repeat counts');
  return {
    test: (line) => compiled.test(line),
    find(line) {
      if (compiled.programSize() > maxFindSize) return undefined;
      const match = compiled.matcher(line);
      return match.find() ? { start: match.start(), end: match.end() } : undefined;
    },
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const what = error.message.replace('error parsing regexp: ', '');
    throw refused(`is no valid pattern: ${what}. It takes RE2 syntax, without lookaround and back-references`);
  }
}

function refused(what: string): Failure {
  return new Failure('INVALID_ARGUMENTS', `search ${what}.`);
}
