import type { FrameworkRules } from './framework.ts';

/** https://docs.python.org/3/library/unittest.html */
export function unittest(): FrameworkRules {
  let ran: number | undefined;
  return {
    framework: 'unittest',
    counts(text) {
      ran = Number(/^Ran (\d+) tests? in /u.exec(text)?.[1] ?? ran ?? Number.NaN);
      const closing = /^(?:OK|FAILED)(?: \((.+)\))?$/u.exec(text);
      if (closing === null || Number.isNaN(ran)) return undefined;
      const counted = Object.fromEntries(
        [...(closing[1] ?? '').matchAll(/(\w+)=(\d+)/gu)].map(([, word = '', count]) => [word, Number(count)]),
      );
      const failed = (counted['failures'] ?? 0) + (counted['errors'] ?? 0);
      const skipped = counted['skipped'] ?? 0;
      const passed = ran - failed - skipped;
      ran = undefined;
      return { passed, failed, skipped };
    },
    failure(text) {
      const name = /^(?:FAIL|ERROR): (\w+ \(\S+\))/u.exec(text)?.[1];
      return name === undefined ? undefined : { name };
    },
    says(text) {
      if (/^-{20,}$/u.test(text)) return '';
      return /^={20,}$|^Ran \d/u.test(text) ? undefined : text;
    },
  };
}
