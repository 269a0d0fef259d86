import * as z from 'zod';
import type { Outcome } from './plan.ts';

const message = z.object({
  result: z
    .object({ content: z.array(z.object({ text: z.string().optional() })), isError: z.boolean().default(false) })
    .optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

/** What came back over HTTP. */
interface Received {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

type Verdict = Pick<Outcome, 'code' | 'words'>;

const MOST_WORDS = 300;
const ok: Verdict = { code: 'OK', words: '' };

/** The JSON-RPC message of an answer: the one JSON body, or the last event of a stream. */
function messageIn({ type, body }: Received): string {
  if (!type.startsWith('text/event-stream')) return body;
  const last = body.lastIndexOf('\ndata: ');
  return body.slice(last + '\ndata: '.length, body.indexOf('\n', last + 1));
}

/** Whether an answer is a good one, and else the code that the service gave. */
export function verdictOn(received: Received): Verdict {
  const { status, body } = received;
  const text = faultIn(received);
  if (text === undefined && status === 200) return ok;
  const words = (text ?? body).slice(0, MOST_WORDS);
  return { code: /^(?<code>[A-Z_]{3,}): /u.exec(words)?.groups?.['code'] ?? `HTTP ${String(status)}`, words };
}

/** What a message says is wrong; nothing where it is a tool's good result. */
function faultIn(received: Received): string | undefined {
  try {
    const { result, error } = message.parse(JSON.parse(messageIn(received)));
    if (error !== undefined) return error.message;
    return result?.isError === false ? undefined : (result?.content[0]?.text ?? '');
  } catch {
    return received.body;
  }
}

/** A plain answer of GitLab's: only its status counts. */
export const plainVerdict = ({ status, body }: Received): Verdict =>
  status === 200 ? ok : { code: `HTTP ${String(status)}`, words: body.slice(0, MOST_WORDS) };
