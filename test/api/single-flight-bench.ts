import { vi } from 'vitest';
import { createSingleFlight } from '../../src/api/single-flight.ts';
import type { SingleFlight } from '../../src/api/single-flight.ts';
import { Failure } from '../../src/errors.ts';
import type { FailureCode } from '../../src/errors.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Question } from '../../src/queue/question.ts';

export const grants = {
  readOnly: false,
  toolsets: ['core'],
  allowedProjects: [],
  allowedTools: [],
  deniedTools: [],
  destructive: true,
};
export const caller = { id: 'ann', tokenFrom: 'server', grants } as const;

/** One question that has gone out. */
export interface Sent {
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
}

/** A queue that is answered by hand, behind single flight. */
export interface Queue {
  readonly flight: SingleFlight;
  readonly sent: Sent[];
  readonly ask: (changes?: Partial<Question>, signal?: AbortSignal) => Asker;
}

/** One who has asked. */
export interface Asker {
  readonly callId: string;
  readonly progress: readonly string[];
  /** The text of the answer, or the code of the failure; undefined as long as there is none. */
  readonly outcome: () => string | undefined;
  readonly answers: () => number;
}

const textOf = (answer: Answer): string => (answer.ok ? String(answer.content[0]?.['text']) : answer.code);
export const said = (text: string): Answer => ({ ok: true, content: [{ type: 'text', text }] });
export const failed = (code: FailureCode): Answer => ({ ok: false, code, detail: 'x' });

/** Lets everything happen that waits for nothing else. */
export const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

export function queue(): Queue {
  const sent: Sent[] = [];
  const flight = createSingleFlight({
    now: Date.now,
    ask: async (question, { signal, onProgress }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Failure('CANCELLED', 'x'));
        });
        sent.push({ question, signal, progress: onProgress, answer: resolve, fail: reject });
      }),
  });
  let asked = 0;
  return {
    flight,
    sent,
    ask: (changes = {}, signal = new AbortController().signal) => {
      asked += 1;
      const callId = `call${String(asked)}`;
      const outcomes: string[] = [];
      const progress: string[] = [];
      const question: Question = {
        callId,
        kind: 'read',
        tool: 'get_issue',
        args: { project_id: 'team/app', issue_iid: 7 },
        caller,
        token: 'token',
        deadline: Date.now() + 60_000,
        ...changes,
      };
      flight.ask(question, { signal, onProgress: (message) => void progress.push(message) }).then(
        (answer) => void outcomes.push(textOf(answer)),
        (error: unknown) => void outcomes.push(error instanceof Failure ? error.code : 'not a failure'),
      );
      return { callId, progress, outcome: () => outcomes[0], answers: () => outcomes.length };
    },
  };
}
