import type { Log } from '../log.ts';
import type { Facts } from '../queue/call.ts';
import { isAudited } from '../tools/audited.ts';
import type { Audited } from '../tools/audited.ts';
import type { Args, Tool } from '../tools/tool.ts';

/** One call as it ended, or was refused. */
interface Ended {
  readonly callId: string;
  readonly caller: string;
  readonly tool: Pick<Tool, 'name' | 'effect'>;
  readonly args: Args;
  /** OK, ASKED, or the code of the failure. */
  readonly outcome: string;
  readonly facts: Facts | undefined;
  readonly ms: number;
}

export type Audit = (ended: Ended) => void;

interface AuditOptions {
  readonly audited: Audited;
  /** A logger of its own, whose level nobody can turn down. */
  readonly log: Log;
  readonly hash: (label: string, value: string) => string;
}

const MAX_PROJECT_CHARS = 300;

/** The project as the caller named it; of its arguments the only one that is shown. */
function projectOf({ project_id: project }: Args): string | undefined {
  const isName = typeof project === 'string' || typeof project === 'number';
  return isName ? String(project).slice(0, MAX_PROJECT_CHARS) : undefined;
}

/** Writes one line per call: who did what where and how it ended, the arguments as a keyed hash only. */
export function createAudit({ audited, log, hash }: AuditOptions): Audit {
  return ({ tool, args, facts, ...ended }) => {
    if (!isAudited(audited, tool.effect)) return;
    const sorted = Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const argumentHash = hash('arguments', JSON.stringify(sorted));
    const what = { tool: tool.name, effect: tool.effect, project: projectOf(args), argumentHash };
    log.info({ ...ended, ...what, ...facts }, 'audit');
  };
}
