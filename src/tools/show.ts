import type { Content } from './content.ts';
import { blockOf, jsonBlock } from './content.ts';
import { fitList, fitValue } from './fit.ts';
import type { Args, Reply, Tool } from './tool.ts';

type Json = Readonly<Record<string, unknown>>;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Dotted field lists as a tree: `author.username`, `author.name` → author: { username, name }. */
interface Fields extends ReadonlyMap<string, Fields> {}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function treeOf(paths: readonly string[]): Fields {
  const heads = new Map<string, string[]>();
  for (const path of paths) {
    const [head = path, ...rest] = path.split('.');
    const tails = heads.get(head) ?? [];
    if (rest.length > 0) tails.push(rest.join('.'));
    heads.set(head, tails);
  }
  return new Map([...heads].map(([head, tails]) => [head, treeOf(tails)]));
}

/** Null, empty texts, lists and objects tell a model nothing. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (isList(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function pickTree(value: unknown, fields: Fields): unknown {
  if (isList(value)) return value.map((each) => pickTree(each, fields)).filter((each) => !isEmpty(each));
  if (!isObject(value)) return value;
  if (fields.size === 0) return withoutEmpty(value);
  const [only, ...others] = fields;
  if (only !== undefined && others.length === 0) return pickTree(value[only[0]], only[1]);
  return pickEach(value, fields);
}

/** A whole object, as far as it says something. */
function withoutEmpty(value: Json): Json {
  const told = Object.entries(value).map(([name, each]) => [name, pickTree(each, new Map())] as const);
  return Object.fromEntries(told.filter(([, each]) => !isEmpty(each)));
}

function pickEach(value: Json, fields: Fields): Json {
  const picked = [...fields].map(([name, inner]) => [name, pickTree(value[name], inner)] as const);
  return Object.fromEntries(picked.filter(([, each]) => !isEmpty(each)));
}

/** The named fields of an object, or of each object of a list. A parent with a single named field is shown as that field. */
export function pick(value: unknown, paths: readonly string[]): unknown {
  const fields = treeOf(paths);
  if (isList(value)) return value.map((each) => (isObject(each) ? pickEach(each, fields) : each));
  return isObject(value) ? pickEach(value, fields) : value;
}

/** A list under `items`, beside it where it stands. */
function listed(items: readonly unknown[], { page, isFiltered: filtered }: Reply): Json {
  const { page: number, perPage, nextPage, total, totalPages } = page ?? {};
  const where = { page: number, per_page: perPage, next_page: nextPage, total, total_pages: totalPages, filtered };
  return { items, ...Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)) };
}

interface Manner {
  readonly args: Args;
  /** Most bytes of text that the answer brings into a model's context. */
  readonly maxBytes: number;
}

/** What the client sees of GitLab's reply: nothing is validated, for real answers hold nulls everywhere. */
export function show(tool: Tool, reply: Reply, { args, maxBytes }: Manner): readonly Content[] {
  // The tool's own schema checked the arguments; the registry has forgotten their types.
  if (tool.reply !== undefined) return tool.reply(reply, args as never, maxBytes); // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  const shown = tool.shows === undefined ? reply.body : pick(reply.body, tool.shows);
  const isPaged = 'per_page' in tool.input || 'per_page' in tool.view;
  if (isList(shown)) return [jsonBlock(fitList(listed(shown, reply), shown, { maxBytes, isPaged }))];
  return [blockOf(fitValue(shown ?? { done: true }, maxBytes))];
}
