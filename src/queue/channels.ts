import type { Subscription } from './coordinator.ts';
import type { Outage, RedisLink } from './redis.ts';

type Listen = (channel: string, listener: (text: string) => void) => Promise<Subscription>;

/** Listeners of all channels share one connection, opened for the first of them. */
export function listenWith(open: () => RedisLink, outage: Outage): Listen {
  const listeners = new Map<string, Set<{ readonly hear: (text: string) => void }>>();
  let link: RedisLink | undefined;
  const subscribe = async (channel: string): Promise<void> => {
    await link?.run(async (client) => client.subscribe(channel));
    outage.ended('events');
  };
  const connect = (): RedisLink => {
    const opened = open();
    opened.client.on('message', (channel, text) => {
      for (const { hear } of listeners.get(channel) ?? []) hear(text);
    });
    opened.client.on('ready', () => {
      for (const channel of listeners.keys()) {
        subscribe(channel).catch((error: unknown) => {
          outage.began('events', error);
        });
      }
    });
    return opened;
  };
  return async (channel, listener) => {
    link ??= connect();
    const entry = { hear: listener };
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(entry));
    await subscribe(channel);
    return { close: async () => void listeners.get(channel)?.delete(entry) };
  };
}
