import { onTestFinished } from 'vitest';
import type { Grants } from '../../src/caller.ts';
import { createGitLabClient } from '../../src/gitlab/client.ts';
import { createLog } from '../../src/log.ts';
import type { Log } from '../../src/log.ts';
import { CALL_VERSION } from '../../src/queue/call.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Turn } from '../../src/queue/turn.ts';
import { tools, toolsets } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import type { Args } from '../../src/tools/tool.ts';
import { createRun } from '../../src/worker/run.ts';
import { openGates, turnOf } from '../support/open-turn.ts';
import { toolNamed } from '../support/tool.ts';

export const everything: Grants = {
  readOnly: false,
  toolsets: toolsets.map(({ name }) => name),
  allowedProjects: [],
  allowedTools: [],
  deniedTools: [],
  destructive: true,
};

interface Circumstances {
  readonly apiUrl: string;
  readonly grants?: Grants;
  /** Changes the tool. */
  readonly changed?: Partial<RegisteredTool>;
  readonly log?: Log;
  readonly reserve?: Turn['reserve'];
}

/** The worker's own way of a call, with the real GitLab client. */
export async function runWrite(name: string, args: Args, circumstances: Circumstances): Promise<Answer> {
  const { apiUrl, grants = everything, reserve } = circumstances;
  const client = createGitLabClient({
    apiUrl,
    connectTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    bodyTimeoutMs: 5000,
    maxBodyBytes: 10_000_000,
    maxBytesInFlight: 100_000_000,
    maxConnections: 8,
    userAgent: 'test',
  });
  onTestFinished(async () => client.close());
  let ahead = 0;
  const tool = toolNamed(name);
  const handle = createRun({
    client,
    tools: new Map([...tools, [name, { ...tool, ...circumstances.changed }]]),
    gates: openGates,
    maxAnswerBytes: 60_000,
    usersFor: () => undefined,
    // Fast, so that the patience with a DELETE that fails is soon over.
    now: () => {
      ahead += 500;
      return Date.now() + ahead;
    },
    random: () => 0,
    log: circumstances.log ?? createLog({ level: 'off' }),
  });
  const caller = { id: 'test', tokenFrom: 'X-GitLab-Token', grants } as const;
  const call = {
    v: CALL_VERSION,
    id: 'i',
    tool: name,
    args,
    caller,
    token: 'glpat-olga',
    deadline: Date.now() + 60_000,
  } as const;
  return handle(call, turnOf(call, reserve && { reserve }));
}
