import type { RequestId } from '@modelcontextprotocol/server';
import type { Log } from '../../log.ts';
import type { KeyedHashes } from '../../queue/remembered-hash.ts';

interface Requested {
  /** A session id is no credential: nobody cancels the calls of another caller by it. */
  readonly token: string | undefined;
  readonly sessionId: string;
  readonly id: RequestId;
}

/** A client's request as all replicas name it. */
export const requestKey = ({ token, sessionId, id }: Requested): string => JSON.stringify([token, sessionId, id]);

export interface Listening {
  readonly cancelledByClient: Promise<void>;
  readonly forget: () => void;
}

interface CancelsOptions {
  /** Tells every replica, this one too. */
  readonly announce: (key: string) => Promise<void>;
  /** Keys hold tokens and session ids, so they leave this process hashed: with each secret by which another replica may listen. */
  readonly hashes: KeyedHashes;
  readonly log: Log;
}

export interface Cancels {
  /** Cancels a request, here at once; whichever other replica has it is told where the queue can be reached. */
  readonly cancel: (key: string) => Promise<void>;
  /** To be called with what any replica announces. */
  readonly heard: (hashedKey: string) => void;
  /** `cancelledByClient` resolves when the client cancels this request, at whichever replica. */
  readonly listen: (key: string) => Listening;
}

/** A cancel notification is a request of its own and may reach another replica than the call: it is passed around. */
export function createCancels({ announce, hashes, log }: CancelsOptions): Cancels {
  const listeners = new Map<string, { readonly hear: () => void }>();
  const heard = (hashedKey: string): void => {
    listeners.get(hashedKey)?.hear();
  };
  return {
    cancel: async (key) => {
      heard(hashes[0]('request', key));
      try {
        await Promise.all(hashes.map(async (hash) => announce(hash('request', key))));
      } catch (error) {
        log.warn({ err: error }, "a client's cancel is not heard by other replicas");
      }
    },
    heard,
    listen: (key) => {
      const hashed = hashes[0]('request', key);
      const cancelledByClient = new Promise<void>((resolve) => {
        listeners.set(hashed, { hear: resolve });
      });
      const own = listeners.get(hashed);
      // A client that uses an id twice has another listener under it by now.
      return {
        cancelledByClient,
        forget: () => {
          if (listeners.get(hashed) === own) listeners.delete(hashed);
        },
      };
    },
  };
}
