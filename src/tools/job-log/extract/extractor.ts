/** Something found in a log, as the answer shows it. */
export type Finding = Readonly<Record<string, unknown>>;

/** Findings of one kind, bounded in number by the budget but not yet cut to it. */
export interface FindingList {
  readonly name: string;
  readonly items: readonly Finding[];
  /** How many were found, also those that were not kept. */
  readonly total: number;
  /** Which ones stay when not all fit. */
  readonly keep: 'first' | 'last';
}

/** What an extractor found: small facts, and lists that may have to be cut. */
export interface Report {
  readonly facts: Finding;
  readonly lists: readonly FindingList[];
}

/** Reads a clean log line by line and gathers what it is made for, in bounded memory. */
export interface Extractor {
  line(n: number, text: string): void;
  result(): Report;
}
