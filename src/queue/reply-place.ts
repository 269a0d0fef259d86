/** How far a replica has taken the messages of its stream. */
export interface ReplyPlace {
  /** Hands a pushed message on if it is the next one. One that is not taken is to be found in the stream. */
  readonly takePushed: (pushed: Buffer) => boolean;
  /** Hands on the next message of the stream, unless it was pushed meanwhile. */
  readonly takeFound: (id: string, message: Buffer) => void;
  /** What was handed on and is still in the stream, of very much the oldest. */
  readonly arrived: () => readonly string[];
  /** Whether that is so much that it should be deleted soon: each deletion has an answer to be read. */
  readonly isMuch: () => boolean;
  readonly deleted: (ids: readonly string[]) => void;
}

const KEPT_AT_MOST = 64;
const KEPT_BYTES = 65_536;
/** A command cannot have arguments without end. */
const TOLD_AT_MOST = 1000;

export function createReplyPlace(onMessage: (message: Buffer) => void): ReplyPlace {
  const bytesOf = new Map<string, number>();
  let bytes = 0;
  let last = '';
  const take = (id: string, message: Buffer): void => {
    last = id;
    bytes += message.length;
    bytesOf.set(id, message.length);
    onMessage(message);
  };
  return {
    takePushed: (pushed) => {
      const { before, id, message } = unpackPush(pushed);
      const isNext = message !== undefined && before === last;
      if (isNext) take(id, message);
      return isNext;
    },
    takeFound: (id, message) => {
      if (!bytesOf.has(id)) take(id, message);
    },
    arrived: () => [...bytesOf.keys()].slice(0, TOLD_AT_MOST),
    isMuch: () => bytesOf.size >= KEPT_AT_MOST || bytes >= KEPT_BYTES,
    deleted: (ids) => {
      for (const id of ids) {
        bytes -= bytesOf.get(id) ?? 0;
        bytesOf.delete(id);
      }
    },
  };
}

interface Push {
  /** The id of the message before it, empty where none is known. */
  readonly before: string;
  readonly id: string;
  /** Absent where it is too large to be pushed. */
  readonly message: Buffer | undefined;
}

const SPACE = ' ';

/** As the script `reply` packs it: two ids, and the message behind another space. */
function unpackPush(pushed: Buffer): Push {
  const afterBefore = pushed.indexOf(SPACE);
  const afterId = pushed.indexOf(SPACE, afterBefore + 1);
  const end = afterId < 0 ? pushed.length : afterId;
  return {
    before: pushed.toString('latin1', 0, afterBefore),
    id: pushed.toString('latin1', afterBefore + 1, end),
    message: afterId < 0 ? undefined : pushed.subarray(afterId + 1),
  };
}
