import { settings } from './settings.ts';
import type { Setting } from './settings.ts';

/** docs/CONFIG.md: every variable with default and meaning, in tables as prettier leaves them. */
export function configDocs(): string {
  const groups = [...new Set(settings.map(({ note }) => note.group))];
  const sections = groups.map(
    (group) => `## ${group}\n\n${table(settings.filter(({ note }) => note.group === group))}`,
  );
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

const introduction = `<!-- Generated from src/config/settings.ts by \`npm run docs\`; do not edit. -->

# Configuration

The service is configured by environment variables only. An empty value counts as not set. Where any value is wrong, the start stops with one message that names every wrong variable, its fault and the remedy; a variable that looks like a misspelt one counts as wrong. Booleans are \`true\` or \`false\`; \`1\`, \`0\`, \`yes\` and \`no\` are understood too, in any case. The values of secrets appear in no message and no log.`;

const head = ['Variable', 'Default', 'Meaning', 'Required when'];

function table(members: readonly Setting[]): string {
  const rows = [head, ...members.map((setting) => cellsOf(setting))];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => lineOf(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return lines.toSpliced(1, 0, lineOf(widths.map((width) => '-'.repeat(width)))).join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellsOf({ name, note, fallback }: Setting): string[] {
  const aliases = (note.aliases ?? []).map((alias) => `\`${alias}\``).join(', ');
  const meaning = [
    note.meaning,
    ...(note.secret === true ? ['Secret.'] : []),
    ...(aliases === '' ? [] : [`Also read as ${aliases}.`]),
  ].join(' ');
  return [`\`${name}\``, defaultOf(fallback, note.unit), meaning, note.requiredWhen ?? ''];
}

function defaultOf(fallback: Setting['fallback'], unit = ''): string {
  const text =
    typeof fallback === 'object'
      ? fallback.map((item) => (typeof item === 'string' ? item : item.name)).join(',')
      : String(fallback ?? '');
  return text === '' ? '' : `\`${text}\` ${unit}`.trimEnd();
}
