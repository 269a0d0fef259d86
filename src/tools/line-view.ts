import * as z from 'zod';
import { cutText } from './cut.ts';
import { number } from './inputs.ts';

export const lineView = {
  start_line: number.optional(),
  max_lines: number.optional(),
};

export type LineView = Readonly<z.output<z.ZodObject<typeof lineView>>>;

/** The wanted lines of a text. */
interface Lines {
  readonly shown: readonly string[];
  readonly first: number;
  readonly total: number;
  /** Where they stand when they are not all of it. */
  readonly where: { readonly lines?: string };
}

export function linesOf(whole: string, { start_line: first = 1, max_lines: max = Infinity }: LineView): Lines {
  const lines = whole.split('\n');
  const total = lines.length;
  const shown = lines.slice(first - 1, first - 1 + max);
  const last = String(first - 1 + shown.length);
  if (shown.length === total) return { shown, first, total, where: {} };
  const where =
    shown.length === 0 ? `none: the last one is ${String(total)}` : `${String(first)}-${last} of ${String(total)}`;
  return { shown, first, total, where: { lines: where } };
}

/** As many whole lines as fit; the mark says with which start_line to read on, and which line is not shown to its end. */
export function fitLines({ shown, first, total }: Lines, maxBytes: number): string {
  return cutText(shown.join('\n'), maxBytes, (kept) => {
    const whole = kept.split('\n');
    const last = first - 1 + whole.length;
    const onward = last < total ? [`read on with start_line=${String(last + 1)}`] : [];
    if (whole.at(-1) === shown[whole.length - 1]) return onward.join('');
    return [`line ${String(last)} is too long to be shown further`, ...onward].join('; ');
  });
}
