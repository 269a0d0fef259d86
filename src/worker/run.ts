import { Failure, failureDataOf } from '../errors.ts';
import type { GitLabClient } from '../gitlab/client.ts';
import type { Log } from '../log.ts';
import type { Answer, Call, Facts } from '../queue/call.ts';
import { DRAINING } from '../queue/serve.ts';
import { Later } from '../queue/turn.ts';
import type { Handle, Turn } from '../queue/turn.ts';
import { checkArguments } from '../tools/arguments.ts';
import { clean, withoutSecrets } from '../tools/clean.ts';
import { blockOf, DATA_MARK_BYTES } from '../tools/content.ts';
import type { Content } from '../tools/content.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { requestOf } from '../tools/request.ts';
import { show } from '../tools/show.ts';
import type { Args } from '../tools/tool.ts';
import { createAsker } from './asker.ts';
import type { Asker } from './asker.ts';
import type { Gates } from './gates.ts';
import type { GitLabUsers } from './gitlab-users.ts';
import { createLessons } from './lessons.ts';
import type { Lessons } from './lessons.ts';
import { createProjects } from './projects.ts';
import type { Projects } from './projects.ts';
import { readBack } from './read-back.ts';
import { createTally } from './tally.ts';
import type { Tally } from './tally.ts';
import { createVerdicts } from './verdicts.ts';
import type { Verdicts } from './verdicts.ts';
import { withTokenOwner } from './whose-token.ts';

interface RunOptions {
  readonly client: GitLabClient;
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  /** Most bytes of text that one answer brings into a model's context. */
  readonly maxAnswerBytes: number;
  readonly gates: Gates;
  /** Who the calls of a tool are made for, where they are audited. */
  readonly usersFor: (tool: RegisteredTool | undefined) => GitLabUsers | undefined;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

/** Why requests end that outlast their call. */
const OVER = 'over';

/** Runs one call: checks again, asks GitLab, shows the reply. What fails is an answer too. */
export function createRun(options: RunOptions): Handle {
  const { now, log } = options;
  // What one call finds out serves the next ones too.
  const kept = {
    projects: createProjects({ now }),
    lessons: createLessons({ now }),
    verdicts: createVerdicts({ now }),
  };
  return async (call, turn) => {
    const begun = now();
    const ending = new AbortController();
    const timer = setTimeout(() => {
      ending.abort(new Failure('DEADLINE_EXCEEDED', 'The call was not finished before its deadline'));
    }, call.deadline - begun);
    // AbortSignal.any would keep more of a call until a full garbage collection (docs/decisions/0022).
    const leave = (): void => {
      ending.abort(turn.signal.reason);
    };
    turn.signal.addEventListener('abort', leave);
    if (turn.signal.aborted) leave();
    const said = { callId: call.id, tool: call.tool, caller: call.caller.id };
    const tally = createTally({ ...options, call, turn });
    const users = options.usersFor(options.tools.get(call.tool));
    const gitlabUser = users?.nameOf(call.token);
    const user: Pick<Facts, 'gitlabUser'> = gitlabUser === undefined ? {} : { gitlabUser };
    try {
      const content = await contentOf(options, call, { ...kept, ...tally, ending });
      const facts = tally.facts();
      log.info({ ...said, outcome: 'OK', ...facts }, 'call');
      users?.learn(call.token);
      return { ok: true, content: [...content], facts: { ...facts, ...user } };
    } catch (error) {
      const later = laterOf(error, turn);
      if (later !== undefined) throw new Later(later.waitMs, tally.past());
      const { detail, ...answer } = withTokenOwner(failed(error, turn), call.caller.tokenFrom);
      const level = answer.code === 'INTERNAL' ? 'error' : 'info';
      // The words of a known failure may name what was asked for, which is the caller's own.
      const fault = answer.code === 'INTERNAL' ? { err: error } : {};
      const facts = tally.facts(error);
      log[level]({ ...said, outcome: answer.code, ...facts, ...fault }, 'call');
      return { ...answer, detail: withoutSecrets(detail, call.token), facts: { ...facts, ...user } };
    } finally {
      clearTimeout(timer);
      turn.signal.removeEventListener('abort', leave);
      // What failed may leave reads that were asked beside it: nobody waits for them. A write is never asked beside others.
      ending.abort(OVER);
    }
  };
}

type FailedAnswer = Extract<Answer, { ok: false }>;

/** Whether an aborted call had an end of its own. */
const isKnown = (error: unknown): boolean => error instanceof Failure && error.code !== 'CANCELLED';

/** What puts the call back into the queue. */
function laterOf(error: unknown, { signal }: Turn): Later | undefined {
  if (error instanceof Later) return error;
  // Another worker takes a read over at once when this one shuts down.
  return signal.reason === DRAINING && !isKnown(error) ? new Later(0) : undefined;
}

function failed(error: unknown, { signal }: Turn): FailedAnswer {
  if (!signal.aborted || isKnown(error)) return { ok: false, ...failureDataOf(error) };
  return { ok: false, code: 'CANCELLED', detail: 'The client cancelled the call.' };
}

interface Running extends Pick<Tally, 'client' | 'turn' | 'onRetry'> {
  readonly projects: Projects;
  readonly lessons: Lessons;
  readonly verdicts: Verdicts;
  /** Ends what the call is doing: at its deadline, when its client is gone, when looking takes too long. */
  readonly ending: AbortController;
}

async function contentOf(options: RunOptions, call: Call, running: Running): Promise<readonly Content[]> {
  const tool = options.tools.get(call.tool);
  if (tool === undefined)
    throw new Failure('INTERNAL', `This worker does not know ${call.tool}: deploy one version of both roles`);
  const args = checkArguments(tool, call.args);
  const { ending } = running;
  const asker = createAsker({ ...options, ...running, signal: ending.signal, call, tool });
  const maxBytes = options.maxAnswerBytes - DATA_MARK_BYTES;
  if (tool.reads !== undefined)
    return clean([blockOf(await readText(tool, args, { asker, maxBytes }))], { own: call.token, isVerbatim: false });
  // The tool's own schema checked the arguments; the registry has forgotten their types.
  const sent = tool.run?.(asker.ask, args as never) ?? asker.send(requestOf(tool, args)); // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  const shown = await sent
    .then((reply) => show(tool, reply, { args, maxBytes }))
    .catch((error: unknown) => {
      throw asker.failureOf(error);
    })
    .catch(readBack({ tool, args, ask: asker.ask, ending, maxBytes }));
  return clean(shown, { own: call.token, isVerbatim: true });
}

interface Reading {
  readonly asker: Asker;
  readonly maxBytes: number;
}

/** A text answer streams into a reader; each attempt begins with a new one. */
async function readText(tool: RegisteredTool, args: Args, { asker, maxBytes }: Reading): Promise<unknown> {
  const readers: { finish(): unknown }[] = [];
  await asker.send(requestOf(tool, args), {
    sink: () => {
      const reader = tool.reads?.(args as never, maxBytes); // oxlint-disable-line typescript/no-unsafe-type-assertion -- checked above
      if (reader === undefined) throw new TypeError(`${tool.name} reads no text`);
      readers.push(reader);
      return reader;
    },
  });
  return readers.at(-1)?.finish();
}
