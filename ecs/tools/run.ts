import { spawnSync } from 'node:child_process';

/** Runs a program to its end; fails where it is not there or does not end by itself. */
export function run(program: string, args: readonly string[]): { readonly status: number; readonly stdout: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 });
  if (error !== undefined || status === null)
    throw new Error(`${program} did not run (${error?.message ?? 'it was ended'}); see .ci/ecs for what it needs`);
  return { status, stdout: `${stdout}${status === 0 ? '' : stderr}` };
}
