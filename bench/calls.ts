import { numbers } from './in-turn.ts';
import type { Call, Lane, Outcome } from './load/plan.ts';
import { percentile } from './percentile.ts';

/** The sample's project has issues 1 to 45; those that a scenario adds come after them. */
const FIRST_ISSUE = 46;

/** Reads of so many issues, each another one: nothing is shared and nothing comes out of a cache. */
export const reads = (count: number, first = 0): readonly Call[] =>
  numbers(count, FIRST_ISSUE + first).map((iid) => ({
    tool: 'get_issue',
    args: { project_id: 'team/app', issue_iid: iid },
  }));

/** The same reads asked of GitLab itself. */
export const plainReads = (count: number, first = 0): readonly Call[] =>
  numbers(count, FIRST_ISSUE + first).map((iid) => ({ path: `/projects/team%2Fapp/issues/${String(iid)}` }));

/** Writes, each with a title of its own, by which it is found again. */
export const writes = (titles: readonly string[]): readonly Call[] =>
  titles.map((title) => ({ tool: 'create_issue', args: { project_id: 'team/app', title } }));

/** The token of a load-test user, whom the stand-in makes on first sight. */
export const tokenOf = (user: number): string => `glpat-user-${String(user)}`;

/** What such a user sends with each request. */
export const asUser = (user: number): Lane['headers'] => ({ 'x-gitlab-token': tokenOf(user) });

/** Deals calls out to so many users in turn; each has one under way at a time. */
export const deal = (calls: readonly Call[], users: number, pauseMs = 0): readonly Lane[] =>
  numbers(users).map((user) => ({
    headers: asUser(user),
    calls: calls.filter((_, index) => index % users === user),
    atOnce: 1,
    pauseMs,
  }));

/** How the calls ended that were dealt out, by their place before that. */
export const collect = (outcomes: readonly Outcome[], users: number): ReadonlyMap<number, Outcome> =>
  new Map(outcomes.map((outcome) => [outcome.index * users + outcome.lane, outcome]));

export const failed = (outcomes: readonly Outcome[]): readonly Outcome[] =>
  outcomes.filter(({ code }) => code !== 'OK');

export const latency = (outcomes: readonly Outcome[], percent: number): number =>
  percentile(
    outcomes.map(({ ms }) => ms),
    percent,
  );

/** From the first call to the last answer. */
export function secondsOf(outcomes: readonly Outcome[]): number {
  const begun = Math.min(...outcomes.map(({ begunAt }) => begunAt));
  const ended = Math.max(...outcomes.map(({ begunAt, ms }) => begunAt + ms));
  return (ended - begun) / 1000;
}

/** Calls per second, from the first call to the last answer. */
export const rateOf = (outcomes: readonly Outcome[]): number => outcomes.length / secondsOf(outcomes);
