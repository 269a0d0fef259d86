import { readFileSync } from 'node:fs';
import { createLogReader } from '../../../src/tools/job-log/reader.ts';
import type { LogView } from '../../../src/tools/job-log/view.ts';

export function logFile(name: string): string {
  return readFileSync(new URL(`logs/${name}.txt`, import.meta.url), 'utf8');
}

/** The answer to a view of a log that comes in pieces of `chunkChars`. */
export function readLog(log: string, view: Partial<LogView> = {}, chunkChars = 65_536): unknown {
  const reader = createLogReader({ maxBytes: 60_000, ...view });
  for (let from = 0; from < log.length; from += chunkChars) reader.push(log.slice(from, from + chunkChars));
  return reader.finish();
}

/** The log as a runner with FF_TIMESTAMPS writes it. */
export function withTimestamps(log: string): string {
  const lines = log.endsWith('\n') ? log.slice(0, -1).split('\n') : log.split('\n');
  return lines.map((line) => `2024-05-22T12:43:46.962646Z 01O ${line}\n`).join('');
}
