import type { FrameworkRules } from './framework.ts';
import { tally } from './tally.ts';

const closing = /^(?:=+ )?((?:\d+ [a-z ]+(?:, )?)+) in [\d.]+s/u;

/** https://docs.pytest.org/en/stable/how-to/output.html */
export function pytest(): FrameworkRules {
  const headings = createOccurrences();
  const summaries = createOccurrences();
  return {
    framework: 'pytest',
    counts(text) {
      const counts = tally(closing.exec(text)?.[1] ?? '');
      return Object.keys(counts).length === 0 ? undefined : counts;
    },
    failure(text) {
      const heading = /^_{3,} (?:ERROR (?:at \w+ of|collecting) )?(.+) _{3,}$/u.exec(text)?.[1];
      if (heading !== undefined) return { name: heading, key: headings.next(heading) };
      const [, name, message] = /^(?:FAILED|ERROR) (\S+\.py(?:::.+?)?)(?: - (.*))?$/u.exec(text) ?? [];
      return name === undefined ? undefined : { name, message, key: summaries.next(headingOf(name)) };
    },
    says(text) {
      if (/^={3,}/u.test(text)) return undefined;
      return /^E +(.+)$/u.exec(text)?.[1] ?? /^\S+\.py:\d+: \w.*$/u.exec(text)?.[0] ?? '';
    },
  };
}

/** `TestCart.test_total` of `tests/test_shop.py::TestCart::test_total`. */
function headingOf(name: string): string {
  const [, ...path] = name.split('::');
  return path.length === 0 ? name : path.join('.');
}

/** Headings lack the file, so the second of a name is told from the first by their order, which the summary shares. */
function createOccurrences(): { next(name: string): string } {
  const seen = new Map<string, number>();
  return {
    next(name) {
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return `${name} ${String(count)}`;
    },
  };
}
