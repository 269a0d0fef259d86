import * as z from 'zod';
import type { Reply } from './tool.ts';

const list = z.array(z.unknown());

interface Wanted {
  readonly page: number;
  readonly per_page: number;
}

/** One page of a list that GitLab sends whole, whatever page it is asked for. */
export function localPage({ body, ...rest }: Reply, { page, per_page: perPage }: Wanted): Reply {
  const items = list.parse(body);
  const end = page * perPage;
  const nextPage = end < items.length ? { nextPage: page + 1 } : {};
  const total = { total: items.length, totalPages: Math.ceil(items.length / perPage) };
  return { ...rest, body: items.slice(end - perPage, end), page: { page, perPage, ...nextPage, ...total } };
}
