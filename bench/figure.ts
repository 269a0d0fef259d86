/** What a figure may be at most: the value itself, or its ratio to the baseline. */
interface Bar {
  readonly of: 'value' | 'ratio';
  readonly atMost: number;
}

/** One measured number. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `ms`, `s`, `MB`, `/s` …; empty for a count. */
  readonly unit: string;
  /** What it is to be compared with, from the same run and in the same unit. */
  readonly baseline?: { readonly name: string; readonly value: number } | undefined;
  readonly bar?: Bar | undefined;
}

/** How often something happened. */
export const count = (name: string, value: number): Figure => ({ name, value, unit: '' });

/** How often something happened that must not happen once. */
export const never = (name: string, value: number): Figure => ({
  ...count(name, value),
  bar: { of: 'value', atMost: 0 },
});
