import { once } from 'node:events';
import { openLink } from './redis.ts';
import type { Outage, RedisConnection, RedisLink } from './redis.ts';

/** The connections of one coordinator, and whether all of them work. */
export interface Connections {
  /** Every connection works, and Redis knows that the replica which receives here is alive. */
  readonly isReady: () => boolean;
  /** Resolves when ready; rejects when closed before. */
  readonly onceReady: () => Promise<void>;
  readonly commands: RedisLink;
  readonly open: (name: string, options: RedisConnection) => RedisLink;
  readonly close: (link: RedisLink) => void;
  readonly closeAll: () => void;
  /** From now on ready means also that `beat` succeeded since the last outage: workers drop the calls of the dead. */
  readonly keepAlive: (beat: () => Promise<void>) => void;
  /** A sign of life was written, of an API or of a worker. */
  readonly showsLife: () => void;
}

interface Commands {
  readonly options: RedisConnection;
  readonly patienceMs: number | undefined;
}

export function openConnections(outage: Outage, { options: commandOptions, patienceMs }: Commands): Connections {
  const links = new Set<RedisLink>();
  const changes = new EventTarget();
  const closing = new AbortController();
  let beat: (() => Promise<void>) | undefined;
  let isAlive = true;
  const isReady = (): boolean => !closing.signal.aborted && isAlive && [...links].every((link) => link.isReady());
  const changed = (): void => {
    if (isReady()) changes.dispatchEvent(new Event('ready'));
  };
  const open = (name: string, options: RedisConnection, patience?: number): RedisLink => {
    if (closing.signal.aborted) throw new Error('The coordinator is closed.');
    const link = openLink({ name: `gitlab-${name}`, options: telling(options, outage), outage, patienceMs: patience });
    link.client.on('ready', changed);
    links.add(link);
    return link;
  };
  const commands = open('commands', commandOptions, patienceMs);
  const greet = (): void => {
    if (commands.isReady())
      beat?.().catch((error: unknown) => {
        outage.began('beat', error);
      });
  };
  commands.client.on('ready', greet);
  commands.client.on('close', () => {
    isAlive = beat === undefined;
  });
  return {
    commands,
    open,
    isReady,
    onceReady: async () => {
      if (!isReady()) await once(changes, 'ready', { signal: closing.signal });
    },
    keepAlive: (next) => {
      beat = next;
      isAlive = false;
      greet();
    },
    showsLife: () => {
      isAlive = true;
      outage.ended('beat');
      changed();
    },
    close: (link) => {
      links.delete(link);
      link.close();
    },
    closeAll: () => {
      closing.abort();
      for (const link of links) link.close();
    },
  };
}

/** A worker's command to a Redis that may not be written is sent again and again, and ends in no error of its own. */
function telling(options: RedisConnection, outage: Outage): RedisConnection {
  return {
    ...options,
    reconnectOnError: (error) => {
      const reaction = options.reconnectOnError(error);
      if (reaction !== false) outage.began('beat', error);
      return reaction;
    },
  };
}
