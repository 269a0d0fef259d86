import { RE2JS } from 're2js';

/** One of these, or a run of plain characters. */
const token = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|\[[^\]/]+\]|[^*?{[]+|[{[]/gu;

const escaped = (code: number): string => String.raw`\x{${code.toString(16)}}`;

/** Of `[a-c_]` the range from a to c, and the underscore. */
function rangeOf(part: string): string {
  const codes = Array.from(part, (character) => character.codePointAt(0) ?? 0);
  const [from = 0, , to] = codes;
  if (to !== undefined && from <= to) return `${escaped(from)}-${escaped(to)}`;
  return codes.map((code) => escaped(code)).join('');
}

/** One of the characters in brackets, or the brackets as they stand: many a file is named `[id].tsx`. */
function bracketPattern(part: string): string {
  const [, not = '', inside = ''] = /^\[([!^]?)(.*)\]$/su.exec(part) ?? [];
  if (inside === '') return RE2JS.quote(part);
  const ranges = (inside.match(/.-.|./gsu) ?? []).map((each) => rangeOf(each)).join('');
  return `(?:${RE2JS.quote(part)}|[${not === '' ? '' : '^/'}${ranges}])`;
}

function tokenPattern(part: string): string {
  if (part === '**/') return '(?:.*/)?';
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part.length > 1 && part.startsWith('{')) {
    const choices = part.slice(1, -1).split(',');
    return `(?:${choices.map((choice) => globPattern(choice)).join('|')})`;
  }
  if (part.length > 1 && part.startsWith('[')) return bracketPattern(part);
  return RE2JS.quote(part);
}

const globPattern = (glob: string): string => (glob.match(token) ?? []).map((part) => tokenPattern(part)).join('');

/** Whether paths fit a glob as in .gitignore: `*.ts` at any depth, `src/` and all below it, `./src` as `/src`. RE2, so that no glob takes long. */
export function createGlob(glob: string): (path: string) => boolean {
  const bare = glob.replace(/^\.?\//u, '').replace(/\/$/u, '');
  const anywhere = !bare.includes('/') && !/^\.?\//u.test(glob);
  const pattern = RE2JS.compile(`^${anywhere ? '(?:.*/)?' : ''}${globPattern(bare)}(?:/.*)?$`, RE2JS.DOTALL);
  return (path) => pattern.test(path);
}
