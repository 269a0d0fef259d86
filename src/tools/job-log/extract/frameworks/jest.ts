import type { FrameworkRules } from './framework.ts';
import { tally } from './tally.ts';

/** https://github.com/jestjs/jest/tree/main/packages/jest-reporters/src */
export function jest(): FrameworkRules {
  let file: string | undefined;
  return {
    framework: 'jest',
    counts(text) {
      const sentence = /(?:^|\s)Tests: +(\d.* total)/u.exec(text)?.[1];
      return sentence === undefined ? undefined : tally(sentence);
    },
    failure(text) {
      file = /^ ?(?:FAIL|PASS) {1,2}(?:\S+ )?(\S+\.[cm]?[jt]sx?)(?: \(.*\))?$/u.exec(text)?.[1] ?? file;
      const title = /^ {2}● (.+)$/u.exec(text)?.[1];
      if (title === undefined || title === 'Console') return undefined;
      return { name: file === undefined ? title : `${file} › ${title}`, key: `${file ?? ''} ${title}` };
    },
    says: (text) =>
      /^ ?(?:PASS|FAIL) |^(?:Test Suites:|Summary of all)|^ {2}● Console$/u.test(text)
        ? undefined
        : text.replace(/^ {4}/u, ''),
    isRun: () => file !== undefined,
  };
}
