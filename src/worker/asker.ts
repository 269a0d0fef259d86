import { Failure } from '../errors.ts';
import type { GitLabClient } from '../gitlab/client.ts';
import { GitLabFailure } from '../gitlab/failure.ts';
import { readPage } from '../gitlab/headers.ts';
import type { GitLabRequest, GitLabResponse, TextSink } from '../gitlab/request.ts';
import type { Log } from '../log.ts';
import type { Call } from '../queue/call.ts';
import { Later } from '../queue/turn.ts';
import type { Turn } from '../queue/turn.ts';
import { whereToLook } from '../tools/advice.ts';
import { retryClassOf } from '../tools/facts.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { hasCommand } from '../tools/quick-actions.ts';
import { askedBy } from '../tools/reach.ts';
import { requestFor } from '../tools/request.ts';
import type { AskGitLab, Reply } from '../tools/tool.ts';
import { withAttempts } from './attempts.ts';
import type { OnRetry } from './attempts.ts';
import type { Gates, RequestGates } from './gates.ts';
import type { Lessons } from './lessons.ts';
import { createPace } from './pace.ts';
import type { Pace } from './pace.ts';
import { createPermit } from './permit.ts';
import type { Projects } from './projects.ts';
import { unsure } from './unsure.ts';
import type { Verdicts } from './verdicts.ts';

interface AskerOptions {
  readonly client: GitLabClient;
  readonly call: Call;
  readonly tool: RegisteredTool;
  readonly projects: Projects;
  readonly gates: Gates;
  readonly lessons: Lessons;
  readonly verdicts: Verdicts;
  readonly turn: Turn;
  readonly onRetry: OnRetry;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

interface SendOptions {
  /** Makes the reader of a text answer, anew for each attempt. */
  readonly sink?: () => TextSink;
}

/** Sends the requests of one call: each passes policy, pace and attempts. */
export interface Asker {
  readonly ask: AskGitLab;
  readonly send: (request: GitLabRequest, options?: SendOptions) => Promise<Reply>;
  /** What an error of the call comes to: once GitLab has answered a write, a fault of ours does not undo it. */
  readonly failureOf: (error: unknown) => unknown;
}

export function createAsker(options: AskerOptions): Asker {
  const { call, tool } = options;
  const { token } = call;
  const { grants } = call.caller;
  const pace = createPace(options);
  // What the policy has looked up is kept, so that it is not asked again.
  const ofPolicy = { pace: { ...pace, acted: () => undefined }, once: false, sink: undefined, within: undefined };
  const resolve = async (request: GitLabRequest): Promise<GitLabResponse> => sendOften(options, request, ofPolicy);
  const projects = options.projects.under({ token, grants, askedAt: call.askedAt, send: resolve });
  const permit = createPermit({ grants, tool, projects });
  let hasWritten = false;
  const send: Asker['send'] = async (asked, { sink } = {}) => {
    const request = await permit.request(asked);
    const within = permit.roomOf(request);
    const response = await sendAdvised(options, request, { pace, once: tool.once === true, sink, within });
    if (request.method !== 'GET') hasWritten = true;
    const { body, headers } = response;
    return permit.reply({ body, page: readPage(headers), type: headers['content-type'] }, request.method);
  };
  return {
    send,
    failureOf: (error) => (error instanceof Failure || !hasWritten ? error : unsure(options, error)),
    ask: async (endpoint, params, { accept } = {}) => send(requestFor(endpoint, params, accept)),
  };
}

interface Manner {
  readonly pace: Pace;
  readonly once: boolean;
  readonly sink: SendOptions['sink'];
  /** Where a redirect may lead. */
  readonly within: string | undefined;
}

async function sendOften(options: AskerOptions, request: GitLabRequest, manner: Manner): Promise<GitLabResponse> {
  const { call, gates } = options;
  const { pace } = manner;
  const before: { lost?: GitLabFailure } = {};
  return withAttempts({
    ...options,
    retryClass: retryClassOf(request, manner.once || askedBy(request).texts.some((text) => hasCommand(text))),
    send: async () => {
      // Anew for each try: a refusal may have added a gate.
      const passed = gates.ofRequest(call.token, request);
      await pace.pass(passed.all);
      try {
        const response = await sendOnce(options, { request, passed, ...manner });
        pace.acted();
        return response;
      } catch (error) {
        if (before.lost !== undefined && isGone(request, error)) return { status: 204, headers: {}, body: undefined };
        if (error instanceof GitLabFailure && error.acted === 'maybe') before.lost ??= error;
        if (isAnswered(error) || (before.lost !== undefined && request.method !== 'GET')) pace.acted();
        throw error;
      } finally {
        pace.end();
      }
    },
  }).catch((error: unknown) => {
    // Not even a refusal tells: a second try may be refused for what the first has done, as that of a deleted release is (403).
    throw before.lost === undefined || error instanceof Later ? error : outcomeUnknown(request, before.lost, error);
  });
}

/** A refusal by a limit is no answer: the request waits as if it had not been sent. */
const isAnswered = (error: unknown): boolean =>
  error instanceof GitLabFailure && error.status !== undefined && error.status !== 429;

interface Try extends Pick<Manner, 'sink' | 'within'> {
  readonly request: GitLabRequest;
  readonly passed: RequestGates;
}

/** One try, of whose outcome all workers learn. */
async function sendOnce(options: AskerOptions, { request, passed, sink, within }: Try): Promise<GitLabResponse> {
  const { client, call, signal, turn, gates, lessons, verdicts } = options;
  const { token, noCache } = call;
  try {
    const response = await client.send(request, { token, noCache, signal, sink: sink?.(), within });
    verdicts.answered(turn);
    lessons.fromAnswer(turn, passed, response.headers);
    return response;
  } catch (error) {
    verdicts.failed(turn, error);
    if (!(error instanceof GitLabFailure)) throw request.method === 'GET' ? error : unsure(options, error);
    const closed = await lessons.fromFailure(turn, passed, error);
    if (closed !== undefined && closed === passed.route) gates.refused(closed);
    throw error;
  }
}

async function sendAdvised(options: AskerOptions, request: GitLabRequest, manner: Manner): Promise<GitLabResponse> {
  try {
    return await sendOften(options, request, manner);
  } catch (error) {
    throw unknownOutcome(request, error) ?? advised(options, error);
  }
}

const sentence = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);

/** A refusal of GitLab's with what it means for this tool and what to do next. */
function advised({ tool, call }: AskerOptions, error: unknown): unknown {
  if (!(error instanceof GitLabFailure) || error.status === undefined) return error;
  // A token that is not taken at all means the same everywhere.
  const isToken = error.detail.includes('invalid_token');
  const { code = error.code, means = '' } = (isToken ? undefined : tool.explains?.[error.status]) ?? {};
  const advice = error.status === 404 ? whereToLook(tool, call.caller.grants) : '';
  const words = [sentence(error.detail), means, advice].filter((each) => each !== '').join(' ');
  return new Failure(code, words, { cause: error, retryAfterMs: error.retryAfterMs });
}

/** A DELETE whose answer was lost and that now finds nothing has done its work. */
const isGone = ({ method }: GitLabRequest, error: unknown): boolean =>
  method === 'DELETE' && error instanceof GitLabFailure && error.status === 404;

/** After a write that GitLab may have acted on, only a look can tell. */
function unknownOutcome(request: GitLabRequest, error: unknown): unknown {
  return error instanceof GitLabFailure && error.acted === 'maybe' ? outcomeUnknown(request, error) : undefined;
}

/** `last` is what its further tries came to. */
function outcomeUnknown({ method }: GitLabRequest, lost: GitLabFailure, last: unknown = lost): unknown {
  if (method === 'GET') return last;
  const isRefused = last instanceof GitLabFailure && last.acted === 'no' && isAnswered(last);
  const then = isRefused ? ` Sent again, it was refused: ${last.detail}` : '';
  const words = `The write was sent, but its answer was lost (${lost.detail}): it may or may not have happened.${then}`;
  return new Failure('OUTCOME_UNKNOWN', words, { cause: last });
}
