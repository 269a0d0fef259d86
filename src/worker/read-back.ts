import * as z from 'zod';
import { Failure } from '../errors.ts';
import type { Content } from '../tools/content.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { show } from '../tools/show.ts';
import type { Args, AskGitLab, Finding } from '../tools/tool.ts';

interface ReadBackOptions {
  readonly tool: RegisteredTool;
  readonly args: Args;
  /** The call's own: policy, pace and attempts hold for each look. */
  readonly ask: AskGitLab;
  /** Ends what `ask` is doing. */
  readonly ending: AbortController;
  readonly maxBytes: number;
  readonly longestMs?: number;
}

/** A client that waits for its answer is not kept longer by looking for a better one. */
const LONGEST_MS = 10_000;

const fields = z.record(z.string(), z.unknown());

/**
 * For a write that failed: where its outcome is unknown and its tool can be read back, looks once. What is there as the call
 * wanted it is an answer; everything else stays a failure.
 */
export function readBack(options: ReadBackOptions): (error: unknown) => Promise<readonly Content[]> {
  return async (error) => {
    if (!(error instanceof Failure) || error.code !== 'OUTCOME_UNKNOWN') throw error;
    const finding = await look(options);
    if (finding === 'cannot tell') throw error;
    if (finding === 'not so') {
      const words = `${error.detail} Looked at once: GitLab does not show it as this call wanted it (yet).`;
      throw new Failure('OUTCOME_UNKNOWN', words, { cause: error });
    }
    const { tool, args, maxBytes } = options;
    const said = `GitLab's answer to this write was lost. Read afterwards, the state is as asked: ${finding.words}.`;
    const body = { read_back: said, ...(fields.safeParse(finding.body).data ?? { done: true }) };
    const { reply: _, shows, ...silent } = tool;
    const shown = shows === undefined ? silent : { ...silent, shows: ['read_back', ...shows] };
    return show(shown, { body }, { args, maxBytes });
  };
}

/** A look that fails tells nothing: neither its failure nor its wait for a place may put the write back into the queue. */
async function look({ tool, args, ask, ending, longestMs = LONGEST_MS }: ReadBackOptions): Promise<Finding> {
  const timer = setTimeout(() => {
    ending.abort(new Failure('DEADLINE_EXCEEDED', 'Looking took too long.'));
  }, longestMs);
  try {
    // The tool's own schema checked the arguments; the registry has forgotten their types.
    return (await tool.readBack?.(readOnly(ask), args as never)) ?? 'cannot tell'; // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  } catch {
    return 'cannot tell';
  } finally {
    clearTimeout(timer);
  }
}

const readOnly =
  (ask: AskGitLab): AskGitLab =>
  async (endpoint, params, options) => {
    if (!endpoint.startsWith('GET ')) throw new TypeError(`a look must not write: ${endpoint}`);
    return ask(endpoint, params, options);
  };
