import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const tsx = resolve('node_modules/tsx/dist/cli.mjs');
const script = resolve('scripts/build-if-needed.ts');
const compilerOptions = { rootDir: 'src', outDir: 'dist', module: 'nodenext', strict: true, types: [] };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-'));
  mkdirSync(join(folder, 'src', 'deep'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  write('package.json', '{ "type": "module" }');
  write('tsconfig.build.json', JSON.stringify({ compilerOptions, include: ['src'] }));
  write('src/main.ts', 'export const one: number = 1;');
  write('src/deep/part.ts', 'export const two: number = 2;');
  makeOld('package.json', 'tsconfig.build.json', 'src', 'src/deep', 'src/main.ts', 'src/deep/part.ts');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

function makeOld(...paths: readonly string[]): void {
  for (const path of paths) utimesSync(join(folder, path), 1000, 1000);
}

function run(): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsx, script], { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const has = (path: string): boolean => existsSync(join(folder, path));

test('a missing dist is built, and left alone while nothing changes', () => {
  expect(run()).toEqual({ status: 0, output: '' });
  expect(has('dist/main.js')).toBe(true);
  rmSync(join(folder, 'dist/main.js'));
  expect(run()).toEqual({ status: 0, output: '' });
  expect(has('dist/main.js')).toBe(false);
});

test.each(['package.json', 'tsconfig.build.json', 'src/deep/part.ts'])('a newer %s is built in', (path) => {
  run();
  rmSync(join(folder, 'dist/main.js'));
  const later = Date.now() / 1000 + 60;
  utimesSync(join(folder, path), later, later);
  expect(run().status).toBe(0);
  expect(has('dist/main.js')).toBe(true);
});

test('what was removed from src leaves dist', () => {
  run();
  expect(has('dist/deep/part.js')).toBe(true);
  rmSync(join(folder, 'src/deep/part.ts'));
  expect(run().status).toBe(0);
  expect(has('dist/deep/part.js')).toBe(false);
});

test('a failing compiler says why, fails the script, and is asked again next time', () => {
  write('src/main.ts', 'export const one: number = "text";');
  const first = run();
  expect(first.status).not.toBe(0);
  expect(first.output).toContain('src/main.ts');
  expect(run().status).not.toBe(0);
});
