import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHeap } from '../../../src/queue/memory/heap.ts';
import type { Heap } from '../../../src/queue/memory/heap.ts';

interface Item {
  readonly rank: number;
  readonly order: number;
}

/** What is done to the heap: someone of that rank arrives, or who would be served at that place leaves. */
type Step = { readonly arrives: number } | { readonly leaves: number };

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ arrives: fc.nat({ max: 99 }) }) },
    { weight: 2, arbitrary: fc.record({ leaves: fc.nat({ max: 99 }) }) },
  ),
  { maxLength: 200, size: 'max' },
);

describe('the heap', () => {
  test('has in front whoever is first of those that came and did not leave', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const heap = createItems();
        let model: readonly Item[] = [];
        for (const [order, step] of taken.entries()) {
          model = follow({ heap, model }, step, order);
          expect([heap.peek(), heap.size, heap.sorted()]).toEqual([model[0], model.length, model]);
        }
        expect(serveAll(heap)).toEqual(model);
        expect([heap.peek(), heap.size]).toEqual([undefined, 0]);
      }),
    );
  });

  test('tells whether the one who leaves was there', () => {
    const heap = createItems();
    const item = { rank: 1, order: 1 };
    heap.push(item);
    expect([heap.delete({ ...item }), heap.delete(item), heap.delete(item)]).toEqual([false, true, false]);
  });
});

function byTurn(left: Item, right: Item): number {
  return left.rank - right.rank || left.order - right.order;
}

function createItems(): Heap<Item> {
  return createHeap<Item>({ before: (left, right) => byTurn(left, right) < 0 });
}

/** Takes the step with the heap and gives the sorted list that the heap must now be equal to. */
function follow(
  { heap, model }: { readonly heap: Heap<Item>; readonly model: readonly Item[] },
  step: Step,
  order: number,
): readonly Item[] {
  if ('arrives' in step) {
    const item = { rank: step.arrives, order };
    heap.push(item);
    return [...model, item].toSorted(byTurn);
  }
  const item = model[step.leaves] ?? model[0];
  if (item !== undefined) heap.delete(item);
  return model.filter((other) => other !== item);
}

function serveAll(heap: Heap<Item>): readonly Item[] {
  const first = heap.peek();
  if (first === undefined) return [];
  heap.delete(first);
  return [first, ...serveAll(heap)];
}
