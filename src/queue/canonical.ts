/** The JSON text of a value, with the fields of every object in one order: equal values have equal texts. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => sorted(each));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  // As pairs, because an object would put names that are numbers first.
  return { fields: fields.map(([name, field]) => [name, sorted(field)]) };
}
