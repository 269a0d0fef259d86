import { RE2JS } from 're2js';

/** One of these, or a run of plain characters. */
const token = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/gu;

function tokenPattern(part: string): string {
  if (part === '**/') return '(?:.*/)?';
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part.length > 1 && part.startsWith('{')) {
    const choices = part.slice(1, -1).split(',');
    return `(?:${choices.map((choice) => globPattern(choice)).join('|')})`;
  }
  return RE2JS.quote(part);
}

const globPattern = (glob: string): string => (glob.match(token) ?? []).map((part) => tokenPattern(part)).join('');

/** Whether paths fit a glob as in .gitignore: `*.ts` at any depth, `src/` and all below it. RE2, so that no glob takes long. */
export function createGlob(glob: string): (path: string) => boolean {
  const bare = glob.replace(/^\//u, '').replace(/\/$/u, '');
  const anywhere = !bare.includes('/') && !glob.startsWith('/');
  const pattern = RE2JS.compile(`^${anywhere ? '(?:.*/)?' : ''}${globPattern(bare)}(?:/.*)?$`, RE2JS.DOTALL);
  return (path) => pattern.test(path);
}
