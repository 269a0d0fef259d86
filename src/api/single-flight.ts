import { Failure } from '../errors.ts';
import type { FailureCode } from '../errors.ts';
import type { Ask } from '../queue/ask.ts';
import type { Answer } from '../queue/call.ts';
import { canonicalText } from '../queue/canonical.ts';
import { flowOf } from '../queue/enqueue.ts';
import type { Question } from '../queue/question.ts';
import { createUnderWay } from '../queue/under-way.ts';

interface SingleFlightOptions {
  readonly ask: Ask['ask'];
  readonly now: () => number;
}

type Asking = Parameters<Ask['ask']>[1];

/** Asks once for all who ask the same at the same time. */
export interface SingleFlight {
  readonly ask: Ask['ask'];
  /** Something was written: who asks from now on gets no answer to a question that was asked before. */
  readonly touched: () => void;
}

/** What stands behind so many calls of its own flow waits for them; who asks the same in another flow need not. */
const LONG_LINE = 20;

/**
 * Identical reads (tool, arguments, token, grants) share one question while it is under way at this replica. Each asker keeps
 * its own progress, cancel and deadline, and a failure that is one asker's own does not fall on the others.
 */
export function createSingleFlight({ ask: askOnce, now }: SingleFlightOptions): SingleFlight {
  const flights = new Map<string, Flight>();
  const underWay = createUnderWay();
  const ask: Ask['ask'] = async (question, asking) =>
    askOnce(question, asking).finally(underWay.begin(flowOf(question)));
  const start = (key: string, question: Question): Flight => {
    const forget = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    const isInLine = underWay.of(flowOf(question)) >= LONG_LINE;
    const flight = takeOff({ ask, question, isInLine, onEnd: forget });
    flights.set(key, flight);
    return flight;
  };
  const share = async (key: string, asked: Asked): Promise<Answer> => {
    const { question, asking } = asked;
    const known = flights.get(key);
    const flight = known !== undefined && suits(known, question) ? known : start(key, question);
    const answered = ride(flight, asked, question.deadline - now());
    const code = await codeOf(answered);
    const isOver = asking.signal.aborted || !isAnothers(code, flight.question, question);
    return isOver ? answered : share(key, asked);
  };
  const touched = (): void => {
    flights.clear();
  };
  return {
    touched,
    ask: async (question, asking) => {
      if (question.kind === 'write') return ask(question, asking).finally(touched);
      return isShared(question, asking) ? share(keyOf(question), { question, asking }) : ask(question, asking);
    },
  };
}

interface Asked {
  readonly question: Question;
  readonly asking: Asking;
}

interface Flight {
  /** The first asker's. */
  readonly question: Question;
  /** It stands at the end of a long line of its flow. */
  readonly isInLine: boolean;
  readonly answered: Promise<Answer>;
  /** Hears what is told of the flight, from the last word on; the function given back leaves it. */
  readonly board: (onProgress: Asking['onProgress']) => () => void;
}

const isShared = (question: Question, { signal }: Asking): boolean => question.noCache !== true && !signal.aborted;

/** Where the token comes from is part of the words of a failure; a bulk call waits longer than others. */
function keyOf({ tool, args, token, caller, isBulk }: Question): string {
  const { grants, tokenFrom } = caller;
  return canonicalText([tool, token, tokenFrom, isBulk === true, args, grants]);
}

const suits = (flight: Flight, question: Question): boolean =>
  !flight.isInLine || flowOf(flight.question) === flowOf(question);

interface Departure extends Pick<Flight, 'question' | 'isInLine'> {
  readonly ask: Ask['ask'];
  /** Called when it is answered, and when the last one leaves. */
  readonly onEnd: () => void;
}

function takeOff({ ask, question, isInLine, onEnd }: Departure): Flight {
  const nobody = new AbortController();
  const seats = new Set<Pick<Asking, 'onProgress'>>();
  const said: { last?: string } = {};
  let isUnderWay = true;
  const land = (): void => {
    isUnderWay = false;
    onEnd();
  };
  const onProgress = (message: string): void => {
    said.last = message;
    for (const seat of seats) seat.onProgress(message);
  };
  return {
    question,
    isInLine,
    answered: ask(question, { signal: nobody.signal, onProgress }).finally(land),
    board: (hear) => {
      const seat = { onProgress: hear };
      seats.add(seat);
      if (said.last !== undefined) hear(said.last);
      return () => {
        seats.delete(seat);
        if (seats.size > 0) return;
        onEnd();
        // An abort makes an error, which is not cheap.
        if (isUnderWay) nobody.abort();
      };
    },
  };
}

/** Settles with the flight, with the client's cancel, or at the asker's own deadline where that is earlier. */
async function ride(flight: Flight, { question, asking }: Asked, patienceMs: number): Promise<Answer> {
  const { signal, onProgress } = asking;
  const leave = flight.board(onProgress);
  return new Promise((resolve, reject) => {
    const ended =
      <Value>(settle: (value: Value) => void) =>
      (value: Value): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        leave();
        settle(value);
      };
    const fail = ended(reject);
    const cancel = (): void => {
      fail(new Failure('CANCELLED', 'The client cancelled the call.'));
    };
    const expire = (): void => {
      fail(new Failure('DEADLINE_EXCEEDED', 'The call was not finished before its deadline.'));
    };
    const isEarlier = question.deadline < flight.question.deadline;
    const timer = isEarlier ? setTimeout(expire, Math.max(0, patienceMs)) : undefined;
    signal.addEventListener('abort', cancel, { once: true });
    flight.answered.then(ended(resolve), fail);
  });
}

async function codeOf(answered: Promise<Answer>): Promise<FailureCode | undefined> {
  try {
    const answer = await answered;
    return answer.ok ? undefined : answer.code;
  } catch (error) {
    return error instanceof Failure ? error.code : 'INTERNAL';
  }
}

/** The first asker's cap, cancel or replica. */
const personal: ReadonlySet<FailureCode | undefined> = new Set(['BUSY', 'CANCELLED', 'SHUTTING_DOWN']);
/** There was no time left for it. */
const timely: ReadonlySet<FailureCode | undefined> = new Set(['DEADLINE_EXCEEDED', 'GITLAB_RATE_LIMITED']);
/** Who has less time left after that is not worth another question. */
const WORTH_ASKING_MS = 1000;

/** Whether a flight failed for a reason that was its first asker's alone: then the others ask again, together. */
function isAnothers(code: FailureCode | undefined, first: Question, own: Question): boolean {
  if (first === own) return false;
  return personal.has(code) || (timely.has(code) && own.deadline > first.deadline + WORTH_ASKING_MS);
}
