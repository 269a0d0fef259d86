import type { FrameworkRules } from './framework.ts';
import { numbersOf } from './tally.ts';

const total = /^(?:\[\w+\] )?Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)(?:, Flakes: \d+)?$/u;
const verdict =
  /^(?:\[ERROR\] )?([\w$.]+)(?:\(([\w$.]+)\)|[({[]\S*)? +(?:-- )?Time elapsed: [\d.,]+ s +<<< (?:FAILURE|ERROR)!/u;
const summary = /^\[ERROR\] {2,}([\w$]+\.\w+)(?:[({[][^:]*)?:\d+(?:->\S+)* (.*)$/u;

/** Surefire and Failsafe: https://maven.apache.org/surefire/maven-surefire-plugin/ */
export function maven(): FrameworkRules {
  return {
    framework: 'junit (maven)',
    counts(text) {
      const numbers = numbersOf(total.exec(text));
      if (numbers === undefined) return undefined;
      const [run = 0, failures = 0, errors = 0, skipped = 0] = numbers;
      return { passed: run - failures - errors - skipped, failed: failures + errors, skipped };
    },
    failure(text) {
      const [, test, className] = verdict.exec(text) ?? [];
      if (test !== undefined) return named(className === undefined ? test : `${className}.${test}`);
      const [, name, message] = summary.exec(text) ?? [];
      return name === undefined ? undefined : { ...named(name), message };
    },
    says: (text) => (text === '' || text.startsWith('[') ? undefined : text.trim()),
  };
}

/** The summary leaves out the package. */
function named(name: string): { name: string; key: string } {
  return { name, key: name.split('.').slice(-2).join('.') };
}
