const SIMPLE_METHODS = new Set(['GET', 'HEAD', 'POST']);
const SIMPLE_HEADERS = new Set(['accept', 'accept-language', 'content-language']);
const READABLE_HEADERS = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires'];

const listed = (headers: Headers, name: string): readonly string[] =>
  (headers.get(name) ?? '').split(',').map((word) => word.trim().toLowerCase());

/** What a browser says, whatever was wrong. */
const stopped = (why: string): TypeError => new TypeError(`Failed to fetch: ${why}`);

/** Asks the server, as a browser does of itself, whether the page may send a request like this. */
async function askFirst(origin: string, { url, method, headers }: Request): Promise<void> {
  const names = [...headers.keys()].filter((name) => !SIMPLE_HEADERS.has(name));
  if (names.length === 0 && SIMPLE_METHODS.has(method)) return;
  const answer = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': names.join(','),
    },
  });
  await answer.body?.cancel();
  const methods = listed(answer.headers, 'access-control-allow-methods');
  const allowed = listed(answer.headers, 'access-control-allow-headers');
  if (!answer.ok) throw stopped(`the preflight has status ${String(answer.status)}`);
  if (answer.headers.get('access-control-allow-origin') !== origin) throw stopped('the origin is not allowed');
  if (!SIMPLE_METHODS.has(method) && !methods.includes(method.toLowerCase())) throw stopped(method);
  const wrong = names.find((name) => !allowed.includes(name));
  if (wrong !== undefined) throw stopped(wrong);
}

/** fetch as a page of this origin has it from its browser: https://fetch.spec.whatwg.org/#http-cors-protocol */
export function fetchAs(origin: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    await askFirst(origin, request);
    request.headers.set('Origin', origin);
    const { status, headers, body } = await fetch(request);
    if (headers.get('access-control-allow-origin') !== origin) throw stopped('the answer is not for this origin');
    const readable = new Set([...READABLE_HEADERS, ...listed(headers, 'access-control-expose-headers')]);
    return new Response(body, { status, headers: [...headers].filter(([name]) => readable.has(name)) });
  };
}
