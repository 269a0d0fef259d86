import type { GitLabRequest } from '../gitlab/request.ts';
import type { Call } from '../queue/call.ts';
import type { Desk } from '../queue/turn.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { formlessRequestOf } from '../tools/request.ts';
import type { LookAhead } from './conditional.ts';
import type { Gates } from './gates.ts';

interface ForesightOptions {
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  readonly gates: Gates;
  /** Into the read cache, where there is one. */
  readonly lookAhead: LookAhead | undefined;
}

/** What a call alone tells of its first request, before its turn has come: its gates, and where its kept answer may be. */
export function createForesight({ tools, gates, lookAhead }: ForesightOptions): Desk['foresee'] {
  return (call) => {
    const first = firstRequest(tools, call);
    const end = first === undefined || call.noCache === true ? undefined : lookAhead?.(first, call.token);
    return { gates: gates.ofFirst(call.token, first), end: end ?? nothing };
  };
}

const nothing = (): void => undefined;

/** A guess where a tool makes several requests: what it misses is asked for before the request is sent. */
export function firstRequest(
  tools: ForesightOptions['tools'],
  { tool: name, args }: Pick<Call, 'tool' | 'args'>,
): GitLabRequest | undefined {
  const tool = tools.get(name);
  if (tool === undefined) return undefined;
  try {
    return formlessRequestOf(tool, args);
  } catch {
    // Arguments that make no request are refused in their turn, with words.
    return undefined;
  }
}
