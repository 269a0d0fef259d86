/** Compiles src to dist, unless dist is younger than all that it is made of. Runs in the package's folder, as npm does. */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const stamp = join('dist', '.built');

if (changedSince(changeTime(stamp))) process.exitCode = build();

/** Folders count too: the removal of a file shows only there. */
function changedSince(builtAt: number): boolean {
  const settings = readdirSync('.').filter((name) => name === 'package.json' || /^tsconfig.*\.json$/u.test(name));
  const sources = readdirSync('src', { encoding: 'utf8', recursive: true }).map((name) => join('src', name));
  return [...settings, 'src', ...sources].some((path) => changeTime(path) > builtAt);
}

function changeTime(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function build(): number {
  const startedAt = new Date();
  rmSync('dist', { recursive: true, force: true });
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  const { status, error } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) return status ?? 1;
  // What changed while the compiler ran is younger than its start.
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
  return 0;
}
