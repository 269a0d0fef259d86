import type { JournalEntry } from '../test/gitlab/journal.ts';
import type { Outcome } from './load/plan.ts';
import type { Stage } from './stage.ts';

/** What became of writes that each had a title of their own. */
export interface Written {
  /** Titles that stand more than once. */
  readonly duplicates: number;
  /** Writes that were answered as done, and are not there. */
  readonly missing: number;
  /** Writes whose answer got lost on its way from GitLab … */
  readonly lost: number;
  /** … and that were then answered neither OUTCOME_UNKNOWN nor as found done. */
  readonly unsaid: number;
  readonly unknown: number;
}

/** A write's title and how its call ended. */
export interface TitledOutcome {
  readonly title: string;
  readonly outcome: Outcome | undefined;
}

const LOSSES: ReadonlySet<string | null> = new Set(['htmlAfter', 'resetAfter']);

function titleIn({ body }: JournalEntry): string | undefined {
  const isTitled = typeof body === 'object' && body !== null && 'title' in body && typeof body.title === 'string';
  return isTitled ? String(body.title) : undefined;
}

/** Looks in the stand-in's state and journal for each of the writes. */
export async function lookUp({ gitlab }: Pick<Stage, 'gitlab'>, all: readonly TitledOutcome[]): Promise<Written> {
  const [projects, journal] = await Promise.all([gitlab.state(), gitlab.journal()]);
  const counts = new Map<string, number>();
  for (const { title } of projects.flatMap(({ issues }) => issues)) counts.set(title, (counts.get(title) ?? 0) + 1);
  const lost = new Set(journal.flatMap((entry) => (LOSSES.has(entry.fault) ? (titleIn(entry) ?? []) : [])));
  const count = (is: (each: TitledOutcome) => boolean): number => all.filter((each) => is(each)).length;
  const codeOf = ({ outcome }: TitledOutcome): string => outcome?.code ?? 'LOST';
  return {
    duplicates: count(({ title }) => (counts.get(title) ?? 0) > 1),
    missing: count((each) => codeOf(each) === 'OK' && !counts.has(each.title)),
    lost: lost.size,
    unsaid: count((each) => lost.has(each.title) && !['OK', 'OUTCOME_UNKNOWN'].includes(codeOf(each))),
    unknown: count((each) => codeOf(each) === 'OUTCOME_UNKNOWN'),
  };
}
