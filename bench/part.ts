import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A TypeScript file of the bench that runs as a process of its own. */
interface Part {
  readonly child: ChildProcess;
  readonly stop: () => Promise<void>;
}

/** Starts it; its ipc channel ends with this process, and then it ends too. */
export function spawnPart(file: URL, args: readonly string[] = []): Part {
  const child = fork(fileURLToPath(file), args, { execArgv: ['--import', 'tsx'] });
  return {
    child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
