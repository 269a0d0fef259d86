import type { FrameworkRules } from './framework.ts';
import { tally } from './tally.ts';

/** https://github.com/vitest-dev/vitest/tree/main/packages/vitest/src/node/reporters */
export function vitest(): FrameworkRules {
  return {
    framework: 'vitest',
    counts(text) {
      const sentence = /^\s*Tests {2}(\d.*) \(\d+\)$/u.exec(text)?.[1];
      return sentence === undefined ? undefined : tally(sentence);
    },
    failure(text) {
      const name = /^ FAIL {2}(?:\|[^|]+\| | \S+ {2})?(\S.* > .+|\S+ \[ .+ \])$/u.exec(text)?.[1];
      return name === undefined ? undefined : { name: name.replace(/ \[ .+ \]$/u, '') };
    },
    says: (text) => (/^⎯{3}/u.test(text) ? undefined : text),
  };
}
