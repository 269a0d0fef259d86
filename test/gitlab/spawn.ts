import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { FaultRule } from './faults.ts';
import type { JournalEntry, Metrics } from './journal.ts';
import type { LimitRule } from './limits.ts';
import type { ProjectSnapshot } from './snapshot.ts';

interface TokenState {
  readonly value: string;
  readonly user: string;
  readonly state?: 'active' | 'expired' | 'revoked';
  readonly scopes?: readonly string[];
}

/** A stand-in GitLab in a process of its own, steered through its control endpoints. */
export interface RemoteGitLab {
  readonly url: string;
  readonly apiUrl: string;
  readonly pid: number;
  journal(): Promise<readonly JournalEntry[]>;
  clearJournal(): Promise<void>;
  metrics(): Promise<Metrics>;
  fault(rule: FaultRule): Promise<void>;
  clearFaults(): Promise<void>;
  limit(rule: LimitRule): Promise<void>;
  clearLimits(): Promise<void>;
  /** Adds a token, or changes one: expired, revoked, other scopes. */
  token(token: TokenState): Promise<void>;
  /** Adds many issues at once. */
  createIssues(project: string, count: number): Promise<void>;
  state(): Promise<readonly ProjectSnapshot[]>;
  stop(): Promise<void>;
}

const greeting = z.object({ url: z.string() });

/** Starts `main.ts` as a child process. */
export async function spawnGitLab(): Promise<RemoteGitLab> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    // The ipc channel ends with this process, and then the child ends too.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { url } = greeting.parse(JSON.parse(await firstLine(child)));
  const { pid } = child;
  if (pid === undefined) throw new Error('the stand-in GitLab has no process id');
  const command = async <Answer>(verb: string, body?: unknown): Promise<Answer> => send<Answer>(url, verb, body);
  return {
    url,
    apiUrl: `${url}/api/v4`,
    pid,
    journal: async () => command('GET journal'),
    clearJournal: async () => command('DELETE journal'),
    metrics: async () => command('GET metrics'),
    fault: async (rule) => command('POST faults', rule),
    clearFaults: async () => command('DELETE faults'),
    limit: async (rule) => command('POST limits', rule),
    clearLimits: async () => command('DELETE limits'),
    token: async (token) => command('POST tokens', token),
    createIssues: async (project, count) => command('POST issues', { project, count }),
    state: async () => command('GET state'),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the stand-in GitLab has no output');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  const text: unknown = line[0];
  if (typeof text !== 'string') throw new Error('the stand-in GitLab ended before it listened');
  return text;
}

async function send<Answer>(url: string, verb: string, body: unknown): Promise<Answer> {
  const [method = '', name = ''] = verb.split(' ');
  const response = await fetch(`${url}/__control/${name}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${verb}: ${text}`);
  return JSON.parse(text) as Answer; // oxlint-disable-line typescript/no-unsafe-type-assertion -- the other end is this folder's control.ts
}
