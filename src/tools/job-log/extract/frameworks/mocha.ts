import type { FrameworkRules } from './framework.ts';

const words: Readonly<Record<string, string>> = { passing: 'passed', failing: 'failed', pending: 'skipped' };

/** The spec reporter; its title of a failed test goes over several lines up to a colon: https://mochajs.org/#spec */
export function mocha(): FrameworkRules {
  let inFailures = false;
  let runs = 0;
  let title: { readonly key: string; readonly name: string } | undefined;
  return {
    framework: 'mocha',
    counts(text) {
      const [, count, word = ''] = /^ {2}(\d+) (passing|failing|pending)(?: \(.*\))?$/u.exec(text) ?? [];
      if (count === undefined) return undefined;
      inFailures = word === 'failing';
      if (inFailures) runs += 1;
      return { [words[word] ?? word]: Number(count) };
    },
    failure(text) {
      if (/^\S/u.test(text)) inFailures = false;
      const [, number, begins = ''] = (inFailures ? /^ {2}(\d+)\) (.+)$/u.exec(text) : null) ?? [];
      const continued = title && { ...title, name: `${title.name} ${text.trim()}` };
      const mention = number === undefined ? continued : { key: `${String(runs)} ${number}`, name: begins };
      title = mention?.name.endsWith(':') === false ? mention : undefined;
      return mention && { ...mention, name: mention.name.replace(/:$/u, '') };
    },
    says: (text) => (inFailures ? text.trim() : undefined),
  };
}
