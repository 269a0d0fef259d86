import type { Gate } from '../gate.ts';
import type { GitLabRequest } from '../gitlab/request.ts';
import { CACHED_LABELS, cachedName, isCached } from './cached-reads.ts';
import type { Gates } from './gates.ts';
import type { RegisteredTool } from './index.ts';
import { formlessRequestOf } from './request.ts';
import type { Args } from './tool.ts';

interface ForesightOptions {
  readonly apiUrl: string;
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  readonly gates: Pick<Gates, 'ofFirst'>;
  readonly hash: (label: string, value: string) => string;
  /** Whether GitLab's answers are kept. */
  readonly isCaching: boolean;
}

interface Foreseeable {
  readonly tool: string;
  readonly args: Args;
  readonly token: string;
  readonly noCache?: boolean | undefined;
}

/** What a call alone tells of its first request: keyed hashes. */
export interface Foreseen {
  /** GitLab, as the breaker knows it. */
  readonly host: string;
  readonly gates: readonly Gate[];
  /** The name of the answer that may be kept. */
  readonly cached?: string;
}

export type Foresee = (call: Foreseeable) => Foreseen;

/** The labels of the hashes here and of the gates, of which many come again. */
export const FORESEEN_LABELS = ['host', 'gate token', 'gate route', ...CACHED_LABELS];

/** Tells before its turn what a call's first request must pass, and where its kept answer may be; API and worker tell the same. */
export function createForesight({ apiUrl, tools, gates, hash, isCaching }: ForesightOptions): Foresee {
  const host = hash('host', apiUrl);
  return (call) => {
    const { token, noCache = false } = call;
    const first = firstRequest(tools, call);
    const isLookedFor = isCaching && !noCache && first !== undefined && isCached(first);
    return {
      host,
      gates: gates.ofFirst(token, first),
      ...(isLookedFor && { cached: cachedName(hash, first, token) }),
    };
  };
}

/** A guess where a tool makes several requests: what it misses is asked for before the request is sent. */
export function firstRequest(
  tools: ForesightOptions['tools'],
  { tool: name, args }: Pick<Foreseeable, 'tool' | 'args'>,
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
