import type { FrameworkRules } from './framework.ts';
import { numbersOf } from './tally.ts';

/** https://docs.gradle.org/current/userguide/java_testing.html: totals are only printed when a test failed. */
export function gradle(): FrameworkRules {
  return {
    framework: 'junit (gradle)',
    counts(text) {
      const numbers = numbersOf(/^(\d+) tests? completed, (\d+) failed(?:, (\d+) skipped)?$/u.exec(text));
      if (numbers === undefined) return undefined;
      const [completed = 0, failed = 0, skipped = 0] = numbers;
      return { passed: completed - failed - skipped, failed, skipped };
    },
    failure(text) {
      const name = /^([\w$.]+ > .+) FAILED$/u.exec(text)?.[1];
      return name === undefined ? undefined : { name };
    },
    says: (text) => (/^\s+\S/u.test(text) ? text.trim() : undefined),
  };
}
