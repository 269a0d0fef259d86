import type { FrameworkRules } from './framework.ts';
import { numbersOf } from './tally.ts';

/** https://doc.rust-lang.org/book/ch11-02-running-tests.html */
export function cargo(): FrameworkRules {
  let crate = '';
  return {
    framework: 'cargo test',
    counts(text) {
      const numbers = numbersOf(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/u.exec(text));
      if (numbers === undefined) return undefined;
      const [passed = 0, failed = 0, skipped = 0] = numbers;
      return { passed, failed, skipped };
    },
    failure(text) {
      crate = /^ +(?:Running .*\/deps\/|Doc-tests )(\w+)/u.exec(text)?.[1] ?? crate;
      const name = /^test (.+?) \.\.\. FAILED$/u.exec(text)?.[1] ?? /^---- (.+) stdout ----$/u.exec(text)?.[1];
      return name === undefined ? undefined : { name, key: `${crate} ${name}` };
    },
    says: (text) => (/^(?:stack backtrace:|failures:|note: |test )/u.test(text) ? undefined : text),
  };
}
