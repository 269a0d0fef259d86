import type { Context } from './context.ts';
import type { Project } from './entities/project.ts';
import { invalidParameters } from './errors.ts';
import type { Input } from './input.ts';

/** What issues and merge requests have in common for GitLab's finders. */
interface Issuable {
  readonly iid: number;
  readonly title: string;
  readonly description: string | null;
  readonly state: string;
  readonly labels: readonly string[];
  readonly milestoneId: number | null;
  readonly assigneeIds: readonly number[];
  readonly authorId: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

type Test = (row: Issuable) => boolean;

interface FilterOptions {
  readonly states: readonly string[];
  readonly defaultScope: 'all' | 'created_by_me';
}

/** The filters that the lists of issues and of merge requests share; a parameter that is absent tests nothing. */
export function issuableFilter(
  context: Context,
  { states, defaultScope }: FilterOptions,
): (row: Issuable, project: Project) => boolean {
  const tests = [
    byState(context.input, states),
    byLabels(context.input),
    byScope(context, defaultScope),
    ...byPeople(context),
    bySearch(context.input),
    ...byTime(context.input),
  ].filter((test) => test !== undefined);
  const inMilestone = byMilestone(context.input);
  return (row, project) => tests.every((test) => test(row)) && inMilestone(row, project);
}

function byState(input: Input, states: readonly string[]): Test | undefined {
  const state = input.oneOf('state', [...states, 'all']) ?? 'all';
  return state === 'all' ? undefined : (row) => row.state === state;
}

/** All must match; None and Any as GitLab has them. */
function byLabels(input: Input): Test | undefined {
  const labels = input.texts('labels');
  if (labels === undefined || labels.length === 0) return undefined;
  const [first = ''] = labels;
  if (first.toLowerCase() === 'none') return (row) => row.labels.length === 0;
  if (first.toLowerCase() === 'any') return (row) => row.labels.length > 0;
  return (row) => labels.every((label) => row.labels.includes(label));
}

function byScope({ input, viewer }: Context, defaultScope: FilterOptions['defaultScope']): Test | undefined {
  const text = input.text('scope')?.replaceAll('-', '_') ?? defaultScope;
  switch (text) {
    case 'all': {
      return undefined;
    }
    case 'created_by_me': {
      return (row) => row.authorId === viewer.id;
    }
    case 'assigned_to_me': {
      return (row) => row.assigneeIds.includes(viewer.id);
    }
    default: {
      throw invalidParameters('scope does not have a valid value');
    }
  }
}

function byPeople({ input, store }: Context): readonly (Test | undefined)[] {
  const idOf = (name: string | undefined): number => store.usersByName.get(name ?? '')?.id ?? 0;
  const author = input.has('author_username') ? idOf(input.text('author_username')) : input.integer('author_id');
  const names = input.texts('assignee_username');
  const assignee = input.text('assignee_id')?.toLowerCase();
  return [
    author === undefined ? undefined : (row) => row.authorId === author,
    names === undefined ? undefined : (row) => names.every((name) => row.assigneeIds.includes(idOf(name))),
    assignee === undefined ? undefined : (row) => isAssigned(row, assignee),
  ];
}

function isAssigned({ assigneeIds }: Issuable, wanted: string): boolean {
  if (wanted === 'none') return assigneeIds.length === 0;
  return wanted === 'any' ? assigneeIds.length > 0 : assigneeIds.includes(Number(wanted));
}

function bySearch(input: Input): Test | undefined {
  const iids = input.integers('iids');
  const words = input.text('search')?.toLowerCase();
  if (words === undefined && iids === undefined) return undefined;
  return ({ iid, title, description }) =>
    (iids?.includes(iid) ?? true) && `${title}\n${description ?? ''}`.toLowerCase().includes(words ?? '');
}

function byTime(input: Input): readonly (Test | undefined)[] {
  const test = (name: string, holds: (row: Issuable, at: number) => boolean): Test | undefined => {
    const text = input.text(name);
    if (text === undefined) return undefined;
    const at = Date.parse(text);
    if (Number.isNaN(at)) throw invalidParameters(`${name} is invalid`);
    return (row) => holds(row, at);
  };
  return [
    test('created_after', (row, at) => Date.parse(row.createdAt) >= at),
    test('created_before', (row, at) => Date.parse(row.createdAt) <= at),
    test('updated_after', (row, at) => Date.parse(row.updatedAt) >= at),
    test('updated_before', (row, at) => Date.parse(row.updatedAt) <= at),
  ];
}

function byMilestone(input: Input): (row: Issuable, project: Project) => boolean {
  const wanted = input.text('milestone');
  if (wanted === undefined) return () => true;
  return ({ milestoneId }, project) => {
    if (wanted.toLowerCase() === 'none') return milestoneId === null;
    if (wanted.toLowerCase() === 'any') return milestoneId !== null;
    return milestoneId !== null && project.milestones.get(milestoneId)?.title === wanted;
  };
}

interface OrderOptions<Key extends string> {
  readonly keys: readonly Key[];
  readonly fallback: Key;
}

/** Sorts in place by `order_by` and `sort`, newest first by default; equal rows stay newest first. */
export function order<Row extends { readonly id: number }, Key extends string>(
  rows: readonly Row[],
  input: Input,
  options: OrderOptions<Key> & { readonly valueOf: (row: Row, key: Key) => string | number },
): readonly Row[] {
  const key = input.oneOf('order_by', options.keys) ?? options.fallback;
  const sign = (input.oneOf('sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  return rows.toSorted((one, other) => {
    const [left, right] = [options.valueOf(one, key), options.valueOf(other, key)];
    if (left === right) return sign * (one.id - other.id);
    return left < right ? -sign : sign;
  });
}
