import { pino } from 'pino';
import type { DestinationStream } from 'pino';

/** No line waits longer for those that are written with it. */
const FLUSH_MS = 100;
const GATHERED_BYTES = 4096;

/**
 * Writes lines to stdout, several at a time and behind the back of whoever logs. What a process has logged when it exits
 * is still written.
 */
export function createLogLines(fd = 1): DestinationStream {
  const stream = pino.destination({ dest: fd, sync: false, minLength: GATHERED_BYTES });
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    stream.flush();
  };
  return {
    write: (line) => {
      stream.write(line);
      timer ??= setTimeout(flush, FLUSH_MS);
    },
  };
}
