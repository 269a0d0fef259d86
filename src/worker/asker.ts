import { Failure } from '../errors.ts';
import type { GitLabClient } from '../gitlab/client.ts';
import { GitLabFailure } from '../gitlab/failure.ts';
import { readPage } from '../gitlab/headers.ts';
import type { GitLabRequest, GitLabResponse, TextSink } from '../gitlab/request.ts';
import type { Call } from '../queue/call.ts';
import type { Turn } from '../queue/turn.ts';
import { whereToLook } from '../tools/advice.ts';
import { retryClassOf } from '../tools/facts.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { requestFor } from '../tools/request.ts';
import type { AskGitLab, Reply } from '../tools/tool.ts';
import { withAttempts } from './attempts.ts';
import { waitForSlot } from './pace.ts';
import { createPermit } from './permit.ts';
import type { Projects } from './projects.ts';

interface AskerOptions {
  readonly client: GitLabClient;
  readonly call: Call;
  readonly tool: RegisteredTool;
  readonly projects: Projects;
  readonly turn: Turn;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly random: () => number;
}

interface SendOptions {
  readonly once?: boolean | undefined;
  /** Makes the reader of a text answer, anew for each attempt. */
  readonly sink?: () => TextSink;
}

/** Sends the requests of one call: each passes policy, pace and attempts. */
export interface Asker {
  readonly ask: AskGitLab;
  readonly send: (request: GitLabRequest, options?: SendOptions) => Promise<Reply>;
}

export function createAsker(options: AskerOptions): Asker {
  const { call, tool, turn, signal } = options;
  const { token } = call;
  const { grants } = call.caller;
  const done = { requests: 0, writes: 0 };
  const pace = async (): Promise<Pick<Manner, 'mayComeAgain'>> => {
    const mayComeAgain = done.writes === 0;
    // The slot of the first request was reserved when the call's turn came.
    if (done.requests > 0) await waitForSlot({ turn, signal, mayComeAgain });
    done.requests += 1;
    return { mayComeAgain };
  };
  const resolve = async (request: GitLabRequest): Promise<GitLabResponse> =>
    sendOften(options, request, { ...(await pace()), once: false, sink: undefined, within: undefined });
  const permit = createPermit({ grants, tool, projects: options.projects.under({ token, grants, send: resolve }) });
  const send: Asker['send'] = async (asked, { once = tool.once === true, sink } = {}) => {
    const request = await permit.request(asked);
    const within = permit.roomOf(request);
    const response = await sendAdvised(options, request, { ...(await pace()), once, sink, within });
    if (request.method !== 'GET') done.writes += 1;
    const { body, headers } = response;
    return permit.reply({ body, page: readPage(headers), type: headers['content-type'] }, request.method);
  };
  return {
    send,
    ask: async (endpoint, params, { once, accept } = {}) => send(requestFor(endpoint, params, accept), { once }),
  };
}

interface Manner {
  readonly once: boolean;
  readonly sink: SendOptions['sink'];
  readonly mayComeAgain: boolean;
  /** Where a redirect may lead. */
  readonly within: string | undefined;
}

async function sendOften(options: AskerOptions, request: GitLabRequest, manner: Manner): Promise<GitLabResponse> {
  const { client, call, signal } = options;
  const { once, sink, mayComeAgain, within } = manner;
  const before = { mayHaveActed: false };
  return withAttempts({
    ...options,
    // A write that may have happened stays here: after a wait in the queue nobody would know of its first try.
    mayComeAgain: () => mayComeAgain && !(before.mayHaveActed && request.method !== 'GET'),
    retryClass: retryClassOf(request, once),
    send: async () => {
      try {
        return await client.send(request, { token: call.token, signal, sink: sink?.(), within });
      } catch (error) {
        if (before.mayHaveActed && isGone(request, error)) return { status: 204, headers: {}, body: undefined };
        before.mayHaveActed ||= error instanceof GitLabFailure && error.acted === 'maybe';
        throw error;
      }
    },
  }).catch((error: unknown) => {
    throw before.mayHaveActed && isUntold(error) ? outcomeUnknown(request, error) : error;
  });
}

/** GitLab has not said what became of the request: it was not reached any more, or not asked in time. */
const isUntold = (error: unknown): error is Failure =>
  error instanceof Failure && !(error instanceof GitLabFailure && error.status !== undefined && error.status !== 429);

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
function unknownOutcome(request: GitLabRequest, error: unknown): Failure | undefined {
  return error instanceof GitLabFailure && error.acted === 'maybe' ? outcomeUnknown(request, error) : undefined;
}

function outcomeUnknown({ method }: GitLabRequest, error: Failure): Failure {
  if (method === 'GET') return error;
  const words = `The write was sent, but its answer was lost (${error.detail}): it may or may not have happened.`;
  return new Failure('OUTCOME_UNKNOWN', words, { cause: error });
}
