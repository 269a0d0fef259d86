import type { Writable } from 'node:stream';

/** Where commands go; nothing before the connection stands. */
type Connected = () => Pick<Writable, 'cork' | 'uncork'> | undefined;

/**
 * To be called before each command: what is sent in one turn of the event loop leaves with one system call, which costs
 * more than all else that a small command does.
 */
export function gatherWrites(connected: Connected): () => void {
  let isGathering = false;
  return () => {
    const stream = connected();
    if (isGathering || stream === undefined) return;
    isGathering = true;
    stream.cork();
    setImmediate(() => {
      isGathering = false;
      stream.uncork();
    });
  };
}
