import { isInputRequiredResult } from '@modelcontextprotocol/server';
import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server';
import { Failure, failureDataOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Answer, Facts } from '../queue/call.ts';
import type { ReplayedAsk } from '../queue/replayed-ask.ts';
import { createKeyedHash } from '../queue/seal.ts';
import { checkArguments } from '../tools/arguments.ts';
import { kindOf } from '../tools/facts.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { assertPermitted } from '../tools/policy.ts';
import { askedIn } from '../tools/reach.ts';
import type { Args } from '../tools/tool.ts';
import { failureResult, resultOf } from './answer.ts';
import type { Audit } from './audit.ts';
import type { Confirm, Confirmation } from './confirm.ts';
import { idempotencyKeyOf } from './idempotency.ts';
import type { Identity } from './identity.ts';
import type { Limits } from './limits.ts';
import type { ConfirmReply } from './mcp/confirm-reply.ts';
import type { Metrics } from './metrics.ts';
import { wishesOf } from './wishes.ts';

interface Wanted {
  readonly tool: RegisteredTool;
  readonly args: Args;
  readonly identity: Identity;
  /** Aborted when the client cancels or goes. */
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
  readonly reply: ConfirmReply;
  /** The request's `_meta`, as it came. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** The request's Idempotency-Key header, as it came. */
  readonly idempotencyHeader: string | undefined;
}

export type CallTool = (wanted: Wanted) => Promise<CallToolResult | InputRequiredResult>;

interface CallOptions {
  readonly ask: ReplayedAsk;
  /** Arguments that the deployment fills in where the client gave none. */
  readonly defaults: Args;
  /** Whether JSON comes as structuredContent too. */
  readonly isStructured: boolean;
  readonly timeoutMs: number;
  readonly confirm: Confirm;
  readonly limits: Limits;
  readonly audit: Audit;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly log: Log;
}

/** One tool call: limits kept, arguments checked, policy asked, queued, awaited, answered. Failures are answers too. */
export function createCall(options: CallOptions): CallTool {
  const { now, confirm, log } = options;
  return async (wanted) => {
    const { tool, identity, reply } = wanted;
    const args = filled(tool, wanted.args, options.defaults);
    const confirmation = confirm({ tool, args, token: identity.token, reply });
    const { callId } = confirmation;
    const begun = now();
    const tell = (outcome: string, facts?: Facts, error?: unknown): void => {
      const ended = { callId, caller: identity.caller.id, outcome, ms: now() - begun };
      const level = outcome === 'INTERNAL' ? 'error' : 'info';
      // The words of a known failure may name what was asked for, which is the caller's own.
      const fault = outcome === 'INTERNAL' ? { err: error } : {};
      log[level]({ ...ended, tool: tool.name, ...withoutName(facts), ...fault }, 'call');
      options.audit({ ...ended, tool, args: confirmation.args, facts });
      options.metrics.ended({ ...ended, throttled: facts?.throttled ?? 0 });
    };
    try {
      const answer = await limited(options, wanted, confirmation);
      if (isInputRequiredResult(answer)) {
        tell('ASKED');
        return answer;
      }
      if (!answer.ok && answer.code === 'GITLAB_UNAUTHORIZED') identity.login?.end();
      tell(answer.ok ? 'OK' : answer.code, answer.facts);
      return resultOf(tool, answer, { callId, isStructured: options.isStructured });
    } catch (error) {
      const failure = failureDataOf(error);
      tell(failure.code, undefined, error);
      if (failure.code === 'BUSY' && identity.busy !== undefined) identity.busy.waitMs = failure.retryAfterMs;
      return failureResult(tool, failure, callId);
    }
  };
}

const filled = (tool: RegisteredTool, given: Args, defaults: Args): Args => {
  const usable = Object.entries(defaults).filter(([name]) => Object.hasOwn(tool.input, name));
  return { ...Object.fromEntries(usable), ...given };
};

/** The user's name is for the audit log alone. */
function withoutName(facts: Facts | undefined): Omit<Facts, 'gitlabUser'> | undefined {
  if (facts === undefined) return undefined;
  const { gitlabUser: _, ...others } = facts;
  return others;
}

async function limited(
  options: CallOptions,
  wanted: Wanted,
  confirmation: Confirmation,
): Promise<Answer | InputRequiredResult> {
  const leave = options.limits.enter(wanted.identity.caller.id);
  try {
    return await answerOf(options, wanted, confirmation);
  } finally {
    leave();
  }
}

/**
 * Only writes have keys: a read may be repeated as it is. The keys of one token are nobody else's: under the shared one those of a
 * session. The token keys their hash, and not the queue's secret: while that changes, all replicas still name a key alike.
 */
function replayOf({ tool, identity, meta, idempotencyHeader: header }: Wanted, token: string): string | undefined {
  if (kindOf(tool) === 'read') return undefined;
  const key = idempotencyKeyOf({ meta, header });
  if (key === undefined) return undefined;
  return createKeyedHash(token)('replay', JSON.stringify([identity.session, key]));
}

async function answerOf(
  options: CallOptions,
  wanted: Wanted,
  { callId, args, ask, spend }: Confirmation,
): Promise<Answer | InputRequiredResult> {
  const { tool, identity, signal, onProgress, meta } = wanted;
  const { caller, token, flow } = identity;
  const checked = checkArguments(tool, args);
  const { timeoutMs, ...wishes } = wishesOf(meta);
  assertPermitted(caller.grants, tool, askedIn(checked));
  if (token === undefined) {
    throw new Failure('NO_TOKEN', 'The request brought no GitLab token, and the server has none to lend');
  }
  const replay = replayOf(wanted, token);
  const unanswered = ask(checked);
  if (unanswered !== undefined) return unanswered;
  const deadline = options.now() + Math.min(options.timeoutMs, timeoutMs);
  const question = {
    callId,
    kind: kindOf(tool),
    tool: tool.name,
    args,
    caller,
    token,
    flow,
    deadline,
    replay,
    ...wishes,
  };
  return options.ask(question, { signal, onProgress, onFirst: spend });
}
