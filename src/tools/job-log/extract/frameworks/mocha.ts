import type { FrameworkRules } from './framework.ts';

const words: Readonly<Record<string, string>> = { passing: 'passed', failing: 'failed', pending: 'skipped' };

/** The spec reporter; its title of a failed test goes over several lines up to a colon: https://mochajs.org/#spec */
export function mocha(): FrameworkRules {
  let inFailures = false;
  let title: { readonly key: string; readonly name: string } | undefined;
  return {
    framework: 'mocha',
    counts(text) {
      const [, count, word = ''] = /^ {2}(\d+) (passing|failing|pending)(?: \(.*\))?$/u.exec(text) ?? [];
      if (count === undefined) return undefined;
      inFailures = word === 'failing';
      return { [words[word] ?? word]: Number(count) };
    },
    failure(text) {
      if (/^\S/u.test(text)) inFailures = false;
      const [, key, begins = ''] = (inFailures ? /^ {2}(\d+)\) (.+)$/u.exec(text) : null) ?? [];
      const continued = title && { ...title, name: `${title.name} ${text.trim()}` };
      const mention = key === undefined ? continued : { key, name: begins };
      title = mention?.name.endsWith(':') === false ? mention : undefined;
      return mention && { ...mention, name: mention.name.replace(/:$/u, '') };
    },
    says: (text) => (inFailures ? text.trim() : undefined),
  };
}
