import type { FrameworkRules } from './framework.ts';
import { numbersOf } from './tally.ts';

const closing =
  /^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?(?:, (\d+) errors? occurred outside of examples)?$/u;

/** https://github.com/rspec/rspec/tree/main/rspec-core/lib/rspec/core/formatters */
export function rspec(): FrameworkRules {
  let inFailures = false;
  return {
    framework: 'rspec',
    counts(text) {
      const numbers = numbersOf(closing.exec(text));
      if (numbers === undefined) return undefined;
      const [examples = 0, failures = 0, skipped = 0, errors = 0] = numbers;
      return { passed: examples - failures - skipped, failed: failures + errors, skipped };
    },
    failure(text) {
      if (/^\S/u.test(text)) inFailures = text === 'Failures:';
      const listed = /^rspec \S+ # (.+)$/u.exec(text)?.[1];
      const name = inFailures ? /^ {2,4}\d+\) (.+)$/u.exec(text)?.[1] : listed;
      return name === undefined ? undefined : { name };
    },
    says: (text) => (inFailures ? text.replace(/^ {5}/u, '') : undefined),
  };
}
