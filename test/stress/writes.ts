import * as z from 'zod';
import type { JournalEntry } from '../gitlab/journal.ts';
import type { Outcome } from '../support/timed-call.ts';

const written = z.object({ title: z.string().optional(), name: z.string().optional() });

/** What a write is called that GitLab was asked for: an issue by its title, a label by its name. */
export function nameOf({ body }: Pick<JournalEntry, 'body'>): string {
  const { title, name } = written.parse(body);
  return title ?? name ?? '';
}

/** Every POST that reached GitLab. */
export const postsOf = (journal: readonly JournalEntry[]): readonly JournalEntry[] =>
  journal.filter(({ method }) => method === 'POST');

/** The names that are there more than once. */
export function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const again = seen.has(name);
    seen.add(name);
    return again;
  });
}

/** The outcomes that GitLab's journal belies: done that is not there, or not started that is. */
export function belied(outcomes: readonly Outcome[], journal: readonly JournalEntry[]): readonly Outcome[] {
  const there = new Set(postsOf(journal).map(nameOf));
  const writes = outcomes.filter(({ name }) => name.startsWith('create_'));
  return writes.filter(({ code, args }) => {
    const isThere = there.has(nameOf({ body: args }));
    if (code === 'OK') return !isThere;
    return notStarted.has(code) && isThere;
  });
}

/** Codes that say that nothing was done. */
const notStarted = new Set(['QUEUE_UNAVAILABLE', 'NO_WORKERS', 'BUSY', 'SHUTTING_DOWN', 'DEADLINE_EXCEEDED']);
