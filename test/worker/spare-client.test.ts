import { expect, test } from 'vitest';
import type { Reserved, Slot } from '../../src/queue/coordinator.ts';
import { createSpareClient } from '../../src/worker/spare-client.ts';
import { openGates } from '../support/open-turn.ts';

const request = { method: 'GET', path: '/user', query: {}, accept: 'json' } as const;
const sending = { token: 'glpat-own', signal: new AbortController().signal };
const response = { status: 200, headers: {}, body: { username: 'alice' } };

/** What becomes of a request whose gates answer like this, and what they were asked. */
async function send(reserved: Reserved): Promise<{ outcome: unknown; slots: readonly Slot[]; sent: number }> {
  const slots: Slot[] = [];
  let sent = 0;
  const client = createSpareClient({
    client: {
      send: async () => {
        sent += 1;
        return response;
      },
    },
    coordinator: {
      reserve: async (slot) => {
        slots.push(slot);
        return reserved;
      },
    },
    gates: openGates,
    host: 'host',
    now: () => 1000,
  });
  const outcome: unknown = await client.send(request, sending).catch((error: unknown) => error);
  return { outcome, slots, sent };
}

test('a request that nobody waits for passes the gates of its token, behind every call, now or never', async () => {
  const { outcome, slots } = await send({ verdict: 'go' });

  expect(outcome).toBe(response);
  expect(slots).toMatchObject([{ host: 'host', now: 1000, deadline: 1000, isSpare: true }]);
  expect(slots[0]?.gates).toEqual(openGates.ofRequest('glpat-own', request).all);
});

test.each(['limited', 'wait', 'unavailable'] as const)('where the gates say %s it is not sent', async (verdict) => {
  const { outcome, sent } = await send({ verdict, waitMs: 500 });

  expect(outcome).toMatchObject({ code: 'GITLAB_RATE_LIMITED' });
  expect(sent).toBe(0);
});
