import type { RequestId } from '@modelcontextprotocol/server';

/** A client's request as all replicas name it. */
export const requestKey = (sessionId: string, id: RequestId): string => `${sessionId} ${JSON.stringify(id)}`;

export interface Listening {
  readonly cancelledByClient: Promise<void>;
  readonly forget: () => void;
}

interface CancelsOptions {
  /** Tells every replica, this one too. */
  readonly announce: (key: string) => Promise<void>;
  /** Keys hold session ids, so they leave this process hashed. */
  readonly hash: (label: string, value: string) => string;
}

export interface Cancels {
  readonly announce: (key: string) => Promise<void>;
  /** To be called with what any replica announces. */
  readonly heard: (hashedKey: string) => void;
  /** `cancelledByClient` resolves when the client cancels this request, at whichever replica. */
  readonly listen: (key: string) => Listening;
}

/** A cancel notification is a request of its own and may reach another replica than the call: it is passed around. */
export function createCancels({ announce, hash }: CancelsOptions): Cancels {
  const listeners = new Map<string, () => void>();
  return {
    announce: async (key) => announce(hash('request', key)),
    heard: (hashedKey) => {
      listeners.get(hashedKey)?.();
    },
    listen: (key) => {
      const hashed = hash('request', key);
      const cancelledByClient = new Promise<void>((resolve) => {
        listeners.set(hashed, resolve);
      });
      return {
        cancelledByClient,
        forget: () => {
          listeners.delete(hashed);
        },
      };
    },
  };
}
