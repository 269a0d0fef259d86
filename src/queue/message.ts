/** One message from a worker to the API replica that waits: a kind, the call's id, a sealed body. */
export interface Message {
  /** After `last`, an answer too, the call no longer counts against the caps. */
  readonly kind: 'answer' | 'last' | 'progress';
  /** A UUID. */
  readonly callId: string;
  readonly body: Buffer;
}

const UUID_LENGTH = 36;
const codes = { answer: 'A', last: 'L', progress: 'P' } as const;
const kinds = new Map<string, Message['kind']>([
  ['A', 'answer'],
  ['L', 'last'],
  ['P', 'progress'],
]);

export function packMessage({ kind, callId, body }: Message): Buffer {
  return Buffer.concat([Buffer.from(codes[kind] + callId, 'latin1'), body]);
}

/** Nothing for bytes that are no message. */
export function unpackMessage(bytes: Buffer): Message | undefined {
  const kind = kinds.get(bytes.toString('latin1', 0, 1));
  if (kind === undefined || bytes.length < 1 + UUID_LENGTH) return undefined;
  return { kind, callId: bytes.toString('latin1', 1, 1 + UUID_LENGTH), body: bytes.subarray(1 + UUID_LENGTH) };
}

/** What a worker announces before it answers a write: what was read before may be older than that write. */
export const TOUCHED = 'touched';
