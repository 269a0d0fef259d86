type Headers = Readonly<Record<string, string>>;

/** An answer that GitLab gives instead of doing what was asked. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;

  constructor(status: number, body: unknown, headers: Headers = {}) {
    super(`${String(status)} ${JSON.stringify(body)}`);
    this.name = 'Refusal';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** `not_found!('Issue')` of lib/api/helpers.rb: "404 Issue Not Found". */
export function notFound(what?: string): Refusal {
  return refuse(404, what === undefined ? '404 Not Found' : `404 ${what} Not Found`);
}

/** A row that `find` does not find; written with a small "found" (recorded). */
export function noSuchRow(): Refusal {
  return refuse(404, '404 Not found');
}

/** A path that no route has: with the key `error`. */
export function noSuchRoute(): Refusal {
  return new Refusal(404, { error: '404 Not Found' });
}

export function unauthorized(): Refusal {
  return refuse(401, '401 Unauthorized');
}

export function forbidden(reason?: string): Refusal {
  return refuse(403, reason === undefined ? '403 Forbidden' : `403 Forbidden - ${reason}`);
}

/** `bad_request!` with a reason. */
export function badRequest(reason: string): Refusal {
  return refuse(400, `400 Bad request - ${reason}`);
}

/** What Grape says of parameters before the endpoint runs: with the key `error`. */
export function invalidParameters(error: string): Refusal {
  return new Refusal(400, { error });
}

/** Any refusal with the key `message`, whose value may be a string, an array or an object. */
export function refuse(status: number, message: unknown): Refusal {
  return new Refusal(status, { message });
}

/** An OAuth error (lib/api/api_guard.rb), with the WWW-Authenticate of rack-oauth2 for a 401. */
export function oauthError(status: number, error: string, detail: { description: string; scope?: string }): Refusal {
  const { description, scope } = detail;
  const body = { error, error_description: description, ...(scope !== undefined && { scope }) };
  if (status !== 401) return new Refusal(status, body);
  const challenge = `Bearer realm="Protected by OAuth 2.0", error="${error}", error_description="${description}"`;
  return new Refusal(status, body, { 'WWW-Authenticate': challenge });
}
