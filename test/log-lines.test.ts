import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogLines } from '../src/log-lines.ts';

test('a line is written soon, although no other follows', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'log-'));
  const file = path.join(folder, 'log');
  const fd = openSync(file, 'a');
  onTestFinished(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  const lines = createLogLines(fd);
  lines.write('one\n');
  lines.write('two\n');
  await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 2000 }).toBe('one\ntwo\n');
  lines.write('three\n');
  await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 2000 }).toBe('one\ntwo\nthree\n');
});

test.each([
  ['exits', 'process.exit(3)', 3],
  ['fails', "throw new Error('lost')", 1],
  ['has nothing left to do', 'undefined', 0],
])('nothing is lost when the process %s', (_, end, code) => {
  const source = [
    `import { createLogLines } from ${JSON.stringify(new URL('../src/log-lines.ts', import.meta.url).href)};`,
    'const { write } = createLogLines();',
    'for (let at = 0; at < 3000; at += 1) write(`line ${at}\\n`);',
    `${end};`,
  ].join('\n');
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], {
    encoding: 'utf8',
  });
  const lines = child.stdout.trimEnd().split('\n');
  expect(child.status).toBe(code);
  expect(lines).toEqual(Array.from({ length: 3000 }, (__, at) => `line ${String(at)}`));
});
