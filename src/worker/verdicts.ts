import { GitLabFailure } from '../gitlab/failure.ts';
import type { Turn } from '../queue/turn.ts';

type Judge = Pick<Turn, 'judge'>;

/** Whether GitLab works, as its answers show it: for the breaker that all workers share. */
export interface Verdicts {
  readonly answered: (judge: Judge) => void;
  readonly failed: (judge: Judge, error: unknown) => void;
}

/** That GitLab works is said so often at most; always after a failure. */
const EVERY_MS = 1000;

export function createVerdicts({ now }: { readonly now: () => number }): Verdicts {
  const said = { at: Number.NEGATIVE_INFINITY, ok: false };
  const say = (judge: Judge, ok: boolean): void => {
    if (ok && said.ok && now() - said.at < EVERY_MS) return;
    Object.assign(said, { at: now(), ok });
    judge.judge(ok).catch(() => undefined);
  };
  return {
    answered: (judge) => {
      say(judge, true);
    },
    failed: (judge, error) => {
      const ok = isWorking(error);
      if (ok !== undefined) say(judge, ok);
    },
  };
}

/** What a proxy says of a GitLab that is not there, or GitLab of itself. */
const DOWN: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

/** What no connection, and silence, come to. */
const SILENT: ReadonlySet<string> = new Set(['GITLAB_UNREACHABLE', 'GITLAB_TIMEOUT']);

/**
 * A refusal is an answer too, that of a limit as well. A 500 says neither: one endpoint is broken, and GitLab goes on. Nor does an
 * answer that is none of GitLab's API or breaks off, nor a request that was given up here.
 */
function isWorking(error: unknown): boolean | undefined {
  if (!(error instanceof GitLabFailure)) return undefined;
  const { code, status } = error;
  if (status === undefined) return SILENT.has(code) ? false : undefined;
  if (DOWN.has(status)) return false;
  return status >= 500 || SILENT.has(code) ? undefined : true;
}
