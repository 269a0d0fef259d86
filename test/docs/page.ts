import { readFileSync } from 'node:fs';

/** The code blocks of a page in a language, in their order. */
export function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gmsu'))].map(([, block = '']) => block);
}
