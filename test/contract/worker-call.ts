import { onTestFinished } from 'vitest';
import { createGitLabClient } from '../../src/gitlab/client.ts';
import { createLog } from '../../src/log.ts';
import { CALL_VERSION } from '../../src/queue/call.ts';
import type { Answer } from '../../src/queue/call.ts';
import { tools, toolsets } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import type { Args } from '../../src/tools/tool.ts';
import { createRun } from '../../src/worker/run.ts';
import { openGates, openTurn } from '../support/open-turn.ts';

interface WorkerCall {
  readonly tool: RegisteredTool;
  readonly args: Args;
  /** Told to GitLab as Bearer: a test's server can tell calls apart by it. */
  readonly token?: string;
}

const grants = {
  readOnly: false,
  toolsets: toolsets.map(({ name }) => name),
  allowedProjects: [],
  allowedTools: [],
  deniedTools: [],
  destructive: true,
};

/** The worker's own way of a call, with the real GitLab client; only the queue and its gates are left out. */
export function createWorkerCall(origin: string): (call: WorkerCall) => Promise<Answer> {
  const client = createGitLabClient({
    apiUrl: `${origin}/api/v4`,
    connectTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    bodyTimeoutMs: 5000,
    maxBodyBytes: 10_000_000,
    maxBytesInFlight: 100_000_000,
    maxConnections: 8,
    userAgent: 'contract-test',
  });
  onTestFinished(async () => client.close());
  const log = createLog({ level: 'off' });
  const run = createRun({
    client,
    tools,
    gates: openGates,
    maxAnswerBytes: 60_000,
    usersFor: () => undefined,
    now: Date.now,
    random: Math.random,
    log,
  });
  return async ({ tool, args, token = 'glpat-contract' }) =>
    run(
      {
        v: CALL_VERSION,
        id: tool.name,
        tool: tool.name,
        args,
        caller: { id: 'test', tokenFrom: 'X-GitLab-Token', grants },
        token,
        deadline: Date.now() + 15_000,
      },
      openTurn(),
    );
}
