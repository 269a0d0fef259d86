/** A GitLab call as data, and the narrow port through which a tool makes it. */

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

type Scalar = string | number | boolean;
export type QueryValue = Scalar | readonly Scalar[];

/** One part of a multipart form. */
export interface FormFile {
  readonly field: string;
  readonly filename: string;
  readonly bytes: Buffer;
}

export interface GitLabRequest {
  readonly method: Method;
  /** Below the API's base URL, each segment encoded: `/projects/team%2Fapp/issues/7`. */
  readonly path: string;
  /** Arrays are sent as `name[]=a&name[]=b`; undefined values are left out. */
  readonly query: Readonly<Record<string, QueryValue | undefined>>;
  /** Sent as JSON, or as the fields of the form where there is one. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** A file, which makes the body multipart/form-data. */
  readonly form?: FormFile | undefined;
  /** How the answer's body is read. */
  readonly accept: 'json' | 'text' | 'bytes';
}

/** Takes a text body piece by piece, so that a large one is never held whole. */
export interface TextSink {
  push(chunk: string): void;
}

export interface GitLabResponse {
  readonly status: number;
  /** Lower-case names; a repeated header is joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON value, string or Buffer by `accept`; undefined for an empty body (204), and where a sink took the text. */
  readonly body: unknown;
}

/** Where a list answer stands; what GitLab did not say is absent. */
export interface Page {
  readonly page?: number;
  readonly perPage?: number;
  readonly nextPage?: number;
  /** Absent above 10,000 rows and for commits: https://docs.gitlab.com/api/rest/#pagination-response-headers */
  readonly total?: number;
  readonly totalPages?: number;
}
