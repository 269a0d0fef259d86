import type { Context } from './context.ts';
import { Refusal } from './errors.ts';
import type { Keyset, ListReply } from './reply.ts';

interface Page {
  readonly rows: readonly unknown[];
  readonly headers: Readonly<Record<string, string>>;
}

/** GitLab counts no further than this (docs.gitlab.com/api/rest/#pagination-response-headers). */
const countLimit = 10_000;
const offsetLimit = 50_000;

/** Cuts a list into the page that the request asks for, with GitLab's headers. */
export function paginate(context: Context, list: ListReply): Page {
  const perPage = Math.min(Math.max(context.input.integer('per_page') ?? 20, 1), 100);
  if (context.input.text('pagination') === 'keyset') return keysetPage(context, list, perPage);
  const page = Math.max(context.input.integer('page') ?? 1, 1);
  if (list.keyset !== undefined && page * perPage > offsetLimit) throw offsetTooLarge(list.keyset.type);
  const start = (page - 1) * perPage;
  return { rows: list.slice(start, start + perPage), headers: offsetHeaders(context, list, { page, perPage }) };
}

interface Place {
  readonly page: number;
  readonly perPage: number;
}

function offsetHeaders(context: Context, list: ListReply, { page, perPage }: Place): Readonly<Record<string, string>> {
  const pages = String(Math.max(Math.ceil(list.rowCount / perPage), 1));
  const counted = list.counted && list.rowCount <= countLimit;
  const next = page * perPage < list.rowCount ? String(page + 1) : '';
  const prev = page > 1 ? String(page - 1) : '';
  const links = Object.entries({ prev, next, first: '1', last: counted ? pages : '' })
    .filter(([, target]) => target !== '')
    .map(([rel, target]) => linkTo(context, list, { rel, page: target, per_page: String(perPage) }));
  return {
    'X-Page': String(page),
    'X-Per-Page': String(perPage),
    'X-Next-Page': next,
    'X-Prev-Page': prev,
    ...(counted && { 'X-Total': String(list.rowCount), 'X-Total-Pages': pages }),
    Link: links.join(', '),
  };
}

function keysetPage(context: Context, list: ListReply, perPage: number): Page {
  const { keyset } = list;
  const orderBy = context.input.text('order_by') ?? 'id';
  if (keyset === undefined || (keyset.by === 'id' && orderBy !== 'id')) {
    throw new Refusal(405, { error: 'Keyset pagination is not yet available for this type of request' });
  }
  const start = keysetStart(context, list.rowCount, keyset);
  const end = start + perPage;
  const more = end < list.rowCount;
  const place = { [placeName(context, keyset)]: keyset.keyAt(end - 1) };
  const next = more ? linkTo(context, list, { rel: 'next', ...place, per_page: String(perPage) }) : undefined;
  return {
    rows: list.slice(start, end),
    headers: { 'X-Per-Page': String(perPage), ...(next !== undefined && { Link: next }) },
  };
}

/** `id_after` and `id_before` have already filtered the rows. */
function keysetStart(context: Context, rowCount: number, keyset: Keyset): number {
  const place = keyset.by === 'id' ? undefined : context.input.text(keyset.by);
  if (place === undefined) return 0;
  const index = Array.from({ length: rowCount }, (_, at) => at).find((at) => keyset.keyAt(at) === place);
  return index === undefined ? rowCount : index + 1;
}

function placeName(context: Context, keyset: Keyset): string {
  if (keyset.by !== 'id') return keyset.by;
  return context.input.text('sort') === 'asc' ? 'id_after' : 'id_before';
}

/** One entry of the Link header: GitLab writes its defaults and the path's parameters into it, sorted. */
function linkTo(context: Context, list: ListReply, { rel, ...place }: Readonly<Record<string, string>>): string {
  const query: [string, string][] = [];
  const all = { ...list.defaults, ...context.params, ...context.query.values, ...place };
  for (const [name, value] of Object.entries(all)) {
    if (Array.isArray(value)) query.push(...value.map((each): [string, string] => [`${name}[]`, String(each)]));
    else query.push([name, String(value)]);
  }
  query.sort(([one], [other]) => (one < other ? -1 : 1));
  return `<${context.store.url}${context.path}?${new URLSearchParams(query).toString()}>; rel="${rel ?? ''}"`;
}

function offsetTooLarge(type: string): Refusal {
  const text = `Offset pagination has a maximum allowed offset of ${String(offsetLimit)} for requests that return objects of type ${type}.`;
  return new Refusal(405, { error: `${text} Remaining records can be retrieved using keyset pagination.` });
}
