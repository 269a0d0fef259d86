import { closestMatch } from 'leven';
import { tools } from './index.ts';

/** What is wrong with a list of tool names, as words that follow its variable; undefined where every name is a tool's. */
export function faultOfNames(names: readonly string[]): string | undefined {
  const wrong = names.filter((name) => !tools.has(name));
  if (wrong.length === 0) return undefined;
  const words = wrong.map((name) => {
    const nearest = closestMatch(name, [...tools.keys()]);
    return `${JSON.stringify(name.slice(0, 60))} (did you mean ${nearest ?? 'another'}?)`;
  });
  return `names no tool of this server: ${words.join(', ')}; docs/TOOLS.md lists them all`;
}
