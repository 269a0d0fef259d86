import { setImmediate as nextTurn } from 'node:timers/promises';
import { networkFailure } from './network.ts';
import type { Dispatcher, FormData } from 'undici';
import type { Readable } from 'node:stream';
import type { Acted } from './failure.ts';
import type { ResponseHeaders } from './headers.ts';
import type { Method } from './request.ts';

/** A request as it goes over the wire. */
export interface Outgoing {
  readonly origin: string;
  /** With the query, exactly as it is sent. */
  readonly path: string;
  readonly method: Method;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | null;
}

/** An answer whose body is still to be read. */
export interface Incoming {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Readable;
}

/** Sends one request once and follows nothing. Its failures tell whether GitLab may have acted. */
export type Exchange = (outgoing: Outgoing, signal: AbortSignal) => Promise<Incoming>;

export function createExchange(dispatcher: Dispatcher): Exchange {
  const turns = createTurns();
  return async (outgoing, signal) => {
    const progress: Progress = { acted: 'no' };
    try {
      await turns.settled();
      signal.throwIfAborted();
      const { headers, ...wire } = outgoing;
      const noted = dispatcher.compose(noting(progress, turns.ended));
      const answer = noted.request({ ...wire, headers: { ...headers }, signal });
      const { statusCode, headers: answered, body } = await untilAborted(answer, signal);
      return { status: statusCode, headers: joined(answered), body };
    } catch (error) {
      throw networkFailure(error, { signal, origin: outgoing.origin, acted: progress.acted });
    }
  };
}

interface Turns {
  readonly ended: () => void;
  readonly settled: () => Promise<void>;
}

/** undici frees a connection one turn after its answer has ended: requests in turn would take two without waiting for it. */
function createTurns(): Turns {
  let freeing = 0;
  return {
    ended: () => {
      freeing += 1;
      setImmediate(() => {
        freeing -= 1;
      });
    },
    settled: async () => {
      if (freeing > 0) await nextTurn();
    },
  };
}

interface Progress {
  acted: Acted;
}

/** undici starts a request when it has a connection to write it to: until then GitLab cannot know of it. */
function noting(progress: Progress, ended: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context): void {
        handler.onRequestStart?.(controller, context);
        if (!controller.aborted) progress.acted = 'maybe';
      },
      onResponseStart: (...event) => handler.onResponseStart?.(...event),
      onResponseData: (...event) => handler.onResponseData?.(...event),
      onResponseEnd: (...event) => {
        ended();
        handler.onResponseEnd?.(...event);
      },
      onResponseError: (...event) => handler.onResponseError?.(...event),
    });
}

/** undici notices an abort only once the request has a connection: one that still waits for it is given up here. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(new Error('aborted'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  });
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): ResponseHeaders {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) entries.push([name, typeof value === 'string' ? value : value.join(', ')]);
  return Object.fromEntries(entries);
}
