const maxCharacters = 900;
const maxDepth = 8;
const page = 'an HTML page (a proxy or a login page?)';

/** These names say no more than "here is the message". */
const bareNames: ReadonlySet<string> = new Set(['message', 'error', 'error_description', 'errors', 'base']);

/**
 * GitLab's own words from an error's body, fit for the caller; empty where there are none. GitLab writes `message` as
 * string, array or object, `error` with or without `error_description`, and plain text; proxies write HTML, of which
 * nothing is kept.
 */
export function wordsOf(body: string, token: string): string {
  if (isMarkup(body)) return page;
  const words = say(parsed(body), 0);
  return isHtml(words) ? page : plain(words, token);
}

/** One line of at most 900 characters, without control characters and without the token. */
export function plain(text: string, token: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}\s]+/gu, ' ').trim();
  const safe = line.replaceAll(token, '[token]');
  // The cut may halve a surrogate pair.
  return safe.length <= maxCharacters ? safe : `${safe.slice(0, maxCharacters - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** Whether a body is a page for a browser, or XML from a proxy. */
export function isMarkup(body: string): boolean {
  return /^\s*</u.test(body) || isHtml(body);
}

function isHtml(text: string): boolean {
  return /<!doctype html|<html\b/iu.test(text);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function say(value: unknown, depth: number): string {
  if (depth > maxDepth) return '…';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value))
    return joined(
      ', ',
      value.map((item) => say(item, depth + 1)),
    );
  return isRecord(value) ? sayFields(value, depth) : '';
}

/** `{ name: ["has already been taken"] }` as `name: has already been taken`. */
function sayFields(fields: Readonly<Record<string, unknown>>, depth: number): string {
  const sentences = Object.entries(fields).map(([name, value]) => {
    const words = say(value, depth + 1);
    return words === '' || bareNames.has(name) ? words : `${name}: ${words}`;
  });
  return joined('; ', sentences);
}

function joined(separator: string, parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(separator);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
