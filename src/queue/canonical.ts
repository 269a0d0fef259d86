/** The JSON text of a value, with the fields of every object in one order: equal values have equal texts. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(sorted(value, asIs));
}

/** The same of a value whose lists are sets: neither the order nor a repetition in them counts. */
export function unorderedText(value: unknown): string {
  return JSON.stringify(sorted(value, asSet));
}

type List = (items: readonly unknown[]) => readonly unknown[];

const asIs: List = (items) => items;
const asSet: List = (items) => [...new Set(items.map((each) => JSON.stringify(each)))].toSorted();

function sorted(value: unknown, list: List): unknown {
  if (Array.isArray(value)) return list(value.map((each) => sorted(each, list)));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  // As pairs, because an object would put names that are numbers first.
  return { fields: fields.map(([name, field]) => [name, sorted(field, list)]) };
}
