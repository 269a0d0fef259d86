import { randomUUID } from 'node:crypto';
import { Failure } from '../errors.ts';
import type { GitLabClient } from '../gitlab/client.ts';
import type { Coordinator } from '../queue/coordinator.ts';
import { reserveInTime } from '../queue/reserve-in-time.ts';
import type { Gates } from './gates.ts';

interface SpareClientOptions {
  readonly client: Pick<GitLabClient, 'send'>;
  readonly coordinator: Pick<Coordinator, 'reserve'>;
  readonly gates: Pick<Gates, 'ofRequest'>;
  /** GitLab, as the breaker knows it. */
  readonly host: string;
  readonly now: () => number;
}

/** For requests that nobody waits for: they are sent only where GitLab's limits have a place at once. */
export function createSpareClient({
  client,
  coordinator,
  gates,
  host,
  now,
}: SpareClientOptions): Pick<GitLabClient, 'send'> {
  return {
    send: async (request, sending) => {
      const { all } = gates.ofRequest(sending.token, request);
      const slot = { callId: randomUUID(), host, gates: all, deadline: now(), isSpare: true };
      const { verdict } = await reserveInTime(coordinator, slot, now);
      if (verdict !== 'go') throw new Failure('GITLAB_RATE_LIMITED', 'GitLab has no place to spare for this request');
      return client.send(request, sending);
    },
  };
}
