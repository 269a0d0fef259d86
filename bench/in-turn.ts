/** Does one after the other, for what must not run side by side. */
export async function inTurn<Item, Done>(
  items: Iterable<Item>,
  act: (item: Item) => Promise<Done>,
): Promise<readonly Done[]> {
  const results: Done[] = [];
  for (const item of items) results.push(await act(item)); // oxlint-disable-line no-await-in-loop -- its purpose
  return results;
}

/** The whole numbers from `first`, so many. */
export const numbers = (count: number, first = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);
