import { invalidParameters } from './errors.ts';
import { isList, isRecord } from './values.ts';
import type { Values } from './values.ts';

/** The parameters of a request, read as Grape coerces them; a value of the wrong type is refused with 400. */
export interface Input {
  readonly values: Values;
  /** Whether the parameter was sent, also as null. */
  has(name: string): boolean;
  text(name: string): string | undefined;
  integer(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  /** What an update makes of a value: sent, null where cleared, `before` where not sent. */
  textOr(name: string, before: string | null): string | null;
  integerOr(name: string, before: number | null): number | null;
  /** A switch that is on only when sent so. */
  on(name: string): boolean;
  /** A list, or a comma-separated string. */
  texts(name: string): readonly string[] | undefined;
  integers(name: string): readonly number[] | undefined;
  oneOf<Name extends string>(name: string, allowed: readonly Name[]): Name | undefined;
  record(name: string): Input | undefined;
  records(name: string): readonly Input[] | undefined;
  /** Refuses with 400 unless all are there. */
  require(...names: readonly string[]): void;
  /** Refuses with 400 unless one is there. */
  requireOne(...names: readonly string[]): void;
  requiredText(name: string): string;
  /** As requiredText, and not blank. */
  filledText(name: string): string;
}

export function createInput(values: Values): Input {
  const given = (name: string): unknown => values[name] ?? undefined;
  const read = <Out>(name: string, coerce: (value: unknown) => Out | undefined): Out | undefined => {
    const value = given(name);
    if (value === undefined) return undefined;
    const out = coerce(value);
    if (out === undefined) throw invalidParameters(`${name} is invalid`);
    return out;
  };
  const require = (...names: readonly string[]): void => {
    const missing = names.filter((name) => given(name) === undefined);
    if (missing.length > 0) throw invalidParameters(missing.map((name) => `${name} is missing`).join(', '));
  };
  const requiredText = (name: string): string => {
    require(name);
    return read(name, asText) ?? '';
  };
  return {
    values,
    has: (name) => Object.hasOwn(values, name),
    text: (name) => read(name, asText),
    integer: (name) => read(name, asInteger),
    flag: (name) => read(name, asFlag),
    textOr: (name, before) => (Object.hasOwn(values, name) ? (read(name, asText) ?? null) : before),
    integerOr: (name, before) => (Object.hasOwn(values, name) ? (read(name, asInteger) ?? null) : before),
    on: (name) => read(name, asFlag) === true,
    texts: (name) => read(name, asTexts),
    integers: (name) => read(name, (value) => allOrNone(asTexts(value)?.map(asInteger))),
    oneOf: (name, allowed) => {
      const value = read(name, asText);
      if (value === undefined) return undefined;
      const found = allowed.find((each) => each === value);
      if (found === undefined) throw invalidParameters(`${name} does not have a valid value`);
      return found;
    },
    record: (name) => read(name, (value) => (isRecord(value) ? createInput(value) : undefined)),
    records: (name) =>
      read(name, (value) =>
        isList(value) ? value.filter((each) => isRecord(each)).map((each) => createInput(each)) : undefined,
      ),
    require,
    requireOne: (...names) => {
      if (names.some((name) => Object.hasOwn(values, name))) return;
      throw invalidParameters(`${names.join(', ')} are missing, at least one parameter must be provided`);
    },
    requiredText,
    filledText: (name) => {
      const text = requiredText(name);
      if (text.trim() === '') throw invalidParameters(`${name} is empty`);
      return text;
    },
  };
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function asInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' && /^-?\d+$/u.test(value) ? Number(value) : undefined;
}

const truths = new Set(['true', '1', 't', 'on']);
const lies = new Set(['false', '0', 'f', 'off', '']);

function asFlag(value: unknown): boolean | undefined {
  const text = asText(value)?.toLowerCase();
  if (text === undefined) return undefined;
  return truths.has(text) || (lies.has(text) ? false : undefined);
}

function asTexts(value: unknown): readonly string[] | undefined {
  if (isList(value)) return allOrNone(value.map(asText));
  return asText(value)
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function allOrNone<Item>(items: readonly (Item | undefined)[] | undefined): readonly Item[] | undefined {
  const present = items?.filter((item) => item !== undefined);
  return present?.length === items?.length ? present : undefined;
}
