import { execFileSync } from 'node:child_process';
import os from 'node:os';
import * as z from 'zod';

/** Where a run took place, and of what. */
export const machine = z.object({
  cores: z.int(),
  cpu: z.string(),
  node: z.string(),
  redis: z.string(),
  commit: z.string(),
});

export type Machine = Readonly<z.infer<typeof machine>>;

function said(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

/** `git describe` of what was measured; a work tree with changes says so. */
function commitNow(): string {
  const commit = said('git', ['rev-parse', '--short', 'HEAD']);
  const isChanged = said('git', ['status', '--porcelain', '--', 'src', 'package-lock.json']) !== '';
  return isChanged ? `${commit} with changes` : commit;
}

/** The facts of this machine. */
export function readMachine(): Machine {
  const [first] = os.cpus();
  return {
    cores: os.availableParallelism(),
    cpu: (first?.model ?? '').trim(),
    node: process.versions.node,
    redis: /v=(?<version>\S+)/u.exec(said('redis-server', ['--version']))?.groups?.['version'] ?? '',
    commit: commitNow(),
  };
}
