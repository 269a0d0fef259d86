import type { FrameworkRules } from './framework.ts';

const result = /^(not )?ok \d+(?: -)?(?: (.*))?$/u;
const directive = /(?:^|\s)# (?:SKIP|TODO)\b/iu;

/** https://testanything.org/tap-version-14-specification.html; subtests are told of, and counted with their test. */
export function tap(): FrameworkRules {
  let isTap = false;
  return {
    framework: 'tap',
    counts(text) {
      isTap ||= /^(?:TAP version \d+|1\.\.\d+)\b/u.test(text);
      const match = result.exec(text);
      if (match === null) return undefined;
      if (directive.test(match[2] ?? '')) return { skipped: 1 };
      return match[1] === undefined ? { passed: 1 } : { failed: 1 };
    },
    failure(text) {
      const name = /^\s*not ok \d+(?: -)? (.+)$/u.exec(text)?.[1];
      return name === undefined || directive.test(name) ? undefined : { name };
    },
    says: (text) => (/^\s*(?:ok \d|\.\.\.$|1\.\.\d|# )/u.test(text) ? undefined : text.replace(/^\s*---$/u, '').trim()),
    isRun: () => isTap,
  };
}
