/** What a template holds, with its functions as objects of one key, such as `{ Ref: 'VpcId' }`. */
export type Value = null | boolean | number | string | readonly Value[] | Fields;

export interface Fields {
  readonly [key: string]: Value;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isFields(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: Value | undefined): readonly Value[] {
  if (!isList(value)) throw new TypeError(`a list is expected, not ${JSON.stringify(value)}`);
  return value;
}

export function fieldsOf(value: Value | undefined): Fields {
  if (!isFields(value)) throw new TypeError(`an object is expected, not ${JSON.stringify(value)}`);
  return value;
}

export function textOf(value: Value | undefined): string {
  if (value === undefined || value === null || typeof value === 'object')
    throw new TypeError(`a text is expected, not ${JSON.stringify(value)}`);
  return String(value);
}

/** What lies at a path of keys and indices; undefined where nothing does. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  return path.reduce<Value | undefined>((inner, step) => {
    if (typeof step === 'number') return isList(inner) ? inner[step] : undefined;
    return isFields(inner) ? inner[step] : undefined;
  }, value);
}
