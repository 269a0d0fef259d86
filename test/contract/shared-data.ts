import { existsSync } from 'node:fs';
import path from 'node:path';

interface SharedData {
  readonly folder: string;
  /** Then what is tested over it is skipped, and a line on stderr says so. */
  readonly isAbsent: boolean;
}

/** Data of others, which lies beside the repository and never in it. */
export function sharedData(name: 'gitlab' | 'spec'): SharedData {
  const folder = path.resolve(import.meta.dirname, '../../../shared', name);
  const isAbsent = !existsSync(folder);
  if (isAbsent) process.stderr.write(`skipped: ../shared/${name} is absent\n`);
  return { folder, isAbsent };
}
