/** Named values as they came from a query, a form or a JSON body. */
export type Values = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A query or form as Rack reads it: `a[]=1&a[]=2` is a list, of `a=1&a=2` the last one counts. */
export function parseForm(text: string): Values {
  if (text === '') return {};
  const values: Record<string, unknown> = {};
  for (const [key, value] of new URLSearchParams(text)) putFormValue(values, key, value);
  return values;
}

/** Puts one form field into `values`, by Rack's rule for names that end in `[]`. */
export function putFormValue(values: Record<string, unknown>, key: string, value: unknown): void {
  if (!key.endsWith('[]')) {
    values[key] = value;
    return;
  }
  const name = key.slice(0, -2);
  const before: unknown = values[name];
  values[name] = isList(before) ? [...before, value] : [value];
}

/** Array.isArray, without its `any`. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
