import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { configDocs } from '../../src/config/docs.ts';
import { settings } from '../../src/config/settings.ts';

const page = configDocs();
const rowOf = (name: string): string => page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';

test('the page is as prettier leaves it', async () => {
  const options = await resolveConfig('docs/CONFIG.md');
  expect(await format(page, { ...options, parser: 'markdown' })).toBe(page);
});

test('the page says that it is generated, and by what', () => {
  expect(page).toMatch(/^<!-- Generated .* by `npm run docs`/u);
});

test.each(settings.map(({ name }) => name))('%s has one row with a meaning', (name) => {
  expect(page.split(`| \`${name}\` `)).toHaveLength(2);
  expect(rowOf(name).split('|')[3]?.trim()).toMatch(/^[A-Z].{10,}\.$/u);
});

test('a row holds default, unit, aliases, secrecy and when it is required', () => {
  expect(rowOf('CALL_TIMEOUT_MS')).toContain('| `60000` ms ');
  expect(rowOf('GITLAB_PERSONAL_ACCESS_TOKEN')).toContain(
    'Also read as `GITLAB_TOKEN`, `GITLAB_ACCESS_TOKEN`, `GL_TOKEN`.',
  );
  expect(rowOf('QUEUE_SECRET')).toContain('Secret.');
  expect(rowOf('REDIS_URL')).toContain('| API and worker run apart ');
});
