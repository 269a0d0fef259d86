/** What a request to the stand-in brought back, for this folder's tests. */
export interface Result {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined where it is not JSON. */
  readonly body: unknown;
}

interface CallOptions {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Makes requests like `call('GET /projects/1')`; as alice unless another token is given. */
export type Call = (request: string, options?: CallOptions) => Promise<Result>;

export function createCall(apiUrl: string): Call {
  return async (request, options = {}) => {
    const [method = 'GET', path = ''] = request.split(' ');
    const { token = 'glpat-alice', headers, signal = null } = options;
    const own = token === null ? {} : { 'PRIVATE-TOKEN': token };
    const { type, content } = encode(options.body);
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      redirect: 'manual',
      signal,
      headers: { ...own, ...type, ...headers },
      body: content,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
}

interface Content {
  readonly type: Readonly<Record<string, string>>;
  readonly content: string | FormData | null;
}

function encode(body: unknown): Content {
  if (body === undefined) return { type: {}, content: null };
  if (body instanceof FormData) return { type: {}, content: body };
  return { type: { 'Content-Type': 'application/json' }, content: JSON.stringify(body) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
