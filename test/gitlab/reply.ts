type Headers = Readonly<Record<string, string>>;

interface JsonReply {
  readonly kind: 'json';
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

interface BytesReply {
  readonly kind: 'bytes';
  readonly bytes: Buffer;
  readonly type: string;
  readonly headers: Headers;
}

interface EmptyReply {
  readonly kind: 'empty';
  readonly status: number;
  readonly headers: Headers;
}

/** How a list is walked by `pagination=keyset`. */
export interface Keyset {
  /** GitLab's class name, for its error messages. */
  readonly type: string;
  /** `id`: id_after and id_before are filters of the list itself; `cursor` and `page_token`: a place in it. */
  readonly by: 'id' | 'cursor' | 'page_token';
  readonly keyAt: (index: number) => string;
}

/** A list before it is cut into pages. */
export interface ListReply {
  readonly kind: 'list';
  readonly rowCount: number;
  /** The shown rows from `start` up to, not including, `end`. */
  readonly slice: (start: number, end: number) => readonly unknown[];
  /** Commits are not counted by GitLab. */
  readonly counted: boolean;
  /** Parameters with their default values, which GitLab writes into the Link header. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly keyset: Keyset | undefined;
}

/** What an endpoint answers, as data. */
export type Reply = JsonReply | ListReply | BytesReply | EmptyReply;

interface ListOptions<Row> {
  readonly rows: readonly Row[];
  readonly show: (row: Row) => unknown;
  readonly counted?: boolean;
  readonly defaults?: Readonly<Record<string, string>>;
  readonly keyset?: { readonly type: string; readonly by: Keyset['by']; readonly key: (row: Row) => string };
}

export function json(body: unknown, status = 200): Reply {
  return { kind: 'json', status, body, headers: {} };
}

export function created(body: unknown): Reply {
  return json(body, 201);
}

export function empty(status = 204, headers: Headers = {}): Reply {
  return { kind: 'empty', status, headers };
}

export function bytes(content: Buffer, type: string, headers: Headers = {}): Reply {
  return { kind: 'bytes', bytes: content, type, headers };
}

/** A list that the server cuts into pages. */
export function list<Row>(options: ListOptions<Row>): Reply {
  const { rows, show, counted = true, defaults = {}, keyset } = options;
  return {
    kind: 'list',
    rowCount: rows.length,
    slice: (start, end) => rows.slice(start, end).map(show),
    counted,
    defaults,
    keyset: keyset && { type: keyset.type, by: keyset.by, keyAt: keyOf(rows, keyset.key) },
  };
}

function keyOf<Row>(rows: readonly Row[], key: (row: Row) => string): (index: number) => string {
  return (index) => {
    const row = rows[index];
    return row === undefined ? '' : key(row);
  };
}
