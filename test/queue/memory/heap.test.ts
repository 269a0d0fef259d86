import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHeap } from '../../../src/queue/memory/heap.ts';

interface Item {
  readonly rank: number;
  readonly order: number;
}

const byTurn = (left: Item, right: Item): number => left.rank - right.rank || left.order - right.order;

/** Numbers below 8 arrive with that rank; the others take one out: the first, or any that is there. */
const steps = fc.array(fc.nat({ max: 15 }), { maxLength: 200 });

describe('the heap', () => {
  test('always has the first of those that came and did not leave in front', () => {
    fc.assert(
      fc.property(steps, (numbers) => {
        const heap = createHeap<Item>({ before: (left, right) => byTurn(left, right) < 0 });
        let model: readonly Item[] = [];
        for (const [order, number] of numbers.entries()) {
          model = number < 8 ? arrive(model, { rank: number, order }) : leave(model, number);
        }
        expect(heap.size).toBe(model.length);
        expect(heap.peek()).toBe(model[0]);

        function arrive(items: readonly Item[], item: Item): readonly Item[] {
          heap.push(item);
          return [...items, item].toSorted(byTurn);
        }

        function leave(items: readonly Item[], number: number): readonly Item[] {
          const item = items[(number % 8) * 3] ?? items[0];
          if (item === undefined) return items;
          expect(heap.peek()).toBe(items[0]);
          expect(heap.delete(item)).toBe(true);
          expect(heap.delete(item)).toBe(false);
          return items.filter((other) => other !== item);
        }
      }),
    );
  });

  test('gives everything back in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (ranks) => {
        const heap = createHeap<Item>({ before: (left, right) => byTurn(left, right) < 0 });
        const items = ranks.map((rank, order) => ({ rank, order }));
        for (const item of items) heap.push(item);
        const served: Item[] = [];
        for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
          served.push(first);
          heap.delete(first);
        }
        expect(served).toEqual(items.toSorted(byTurn));
        expect(heap.size).toBe(0);
      }),
    );
  });
});
