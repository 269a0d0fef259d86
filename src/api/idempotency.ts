import { Failure } from '../errors.ts';

interface Given {
  /** The request's `_meta`, as it came. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** The Idempotency-Key header, as it came. */
  readonly header: string | undefined;
}

/** Its name in `_meta`. */
const NAME = 'idempotencyKey';
const KEY = /^[ -~]{1,255}$/u;

/** The client's name for one write, under which a repeated call is answered and not run again. */
export function idempotencyKeyOf({ meta, header }: Given): string | undefined {
  const said = [meta?.[NAME], header === undefined ? undefined : unquoted(header)].filter((key) => key !== undefined);
  const [key, other = key] = said;
  if (key === undefined) return undefined;
  if (key !== other) throw bad(`_meta.${NAME} and the Idempotency-Key header differ: send one of them.`);
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw bad('The idempotency key must be a text of 1 to 255 printable ASCII characters.');
}

const bad = (words: string): Failure => new Failure('INVALID_ARGUMENTS', words);

/** Quoted, as the draft has it (RFC 8941, a string), or bare: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
function unquoted(header: string): string {
  const quoted = /^"(?<text>(?:[^"\\]|\\["\\])*)"$/u.exec(header)?.groups?.['text'];
  return quoted?.replaceAll(/\\(?<sign>["\\])/gu, '$<sign>') ?? header;
}
