import type { CallToolResult } from '@modelcontextprotocol/server';
import { Failure, failureDataOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Ask } from '../queue/ask.ts';
import { checkArguments } from '../tools/arguments.ts';
import { kindOf } from '../tools/facts.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { assertPermitted } from '../tools/policy.ts';
import type { Args } from '../tools/tool.ts';
import { failureResult, resultOf } from './answer.ts';
import type { Identity } from './identity.ts';

interface Wanted {
  readonly tool: RegisteredTool;
  readonly args: Args;
  readonly identity: Identity;
  /** Aborted when the client cancels or goes. */
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

export type CallTool = (wanted: Wanted) => Promise<CallToolResult>;

interface CallOptions {
  readonly ask: Ask['ask'];
  /** Arguments that the deployment fills in where the client gave none. */
  readonly defaults: Args;
  /** Whether JSON comes as structuredContent too. */
  readonly isStructured: boolean;
  readonly timeoutMs: number;
  readonly newId: () => string;
  readonly now: () => number;
  readonly log: Log;
}

/** One tool call: arguments checked, policy asked, queued, awaited, answered. Failures are answers too. */
export function createCall(options: CallOptions): CallTool {
  const { now, newId, log } = options;
  return async (wanted) => {
    const { tool, identity } = wanted;
    const callId = newId();
    const begun = now();
    const said = { callId, tool: tool.name, caller: identity.caller.id };
    try {
      const answer = await answerOf(options, wanted, callId);
      log.info({ ...said, outcome: answer.ok ? 'OK' : answer.code, ms: now() - begun }, 'call');
      return resultOf(tool, answer, { callId, isStructured: options.isStructured });
    } catch (error) {
      const failure = failureDataOf(error);
      const isFault = failure.code === 'INTERNAL';
      // The words of a known failure may name what was asked for, which is the caller's own.
      const fault = isFault ? { err: error } : {};
      log[isFault ? 'error' : 'info']({ ...said, outcome: failure.code, ms: now() - begun, ...fault }, 'call');
      return failureResult(tool, failure, callId);
    }
  };
}

const filled = (tool: RegisteredTool, given: Args, defaults: Args): Args => {
  const usable = Object.entries(defaults).filter(([name]) => Object.hasOwn(tool.input, name));
  return { ...Object.fromEntries(usable), ...given };
};

const projectOf = ({ project_id: project }: Args): string | undefined =>
  typeof project === 'string' ? project : undefined;

async function answerOf(options: CallOptions, wanted: Wanted, callId: string): ReturnType<Ask['ask']> {
  const { tool, identity, signal, onProgress } = wanted;
  const { caller, token } = identity;
  const args = filled(tool, wanted.args, options.defaults);
  assertPermitted(caller.grants, tool, projectOf(checkArguments(tool, args)));
  if (token === undefined) {
    throw new Failure('NO_TOKEN', 'The request brought no GitLab token, and the server has none to lend');
  }
  // GitLab limits each user by token, whatever the tool: https://docs.gitlab.com/security/rate_limits/
  const gates = [token];
  const deadline = options.now() + options.timeoutMs;
  const question = { callId, kind: kindOf(tool), tool: tool.name, args, caller, token, gates, deadline };
  return options.ask(question, { signal, onProgress });
}
