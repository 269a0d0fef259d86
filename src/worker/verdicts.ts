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

/** A refusal is an answer too; a 429 says neither, nor does a request that was given up here. */
function isWorking(error: unknown): boolean | undefined {
  if (!(error instanceof GitLabFailure) || error.status === 429) return undefined;
  if (['GITLAB_FAILED', 'GITLAB_UNREACHABLE', 'GITLAB_TIMEOUT'].includes(error.code)) return false;
  return error.status === undefined ? undefined : true;
}
