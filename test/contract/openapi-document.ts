import { parse } from 'yaml';
import * as z from 'zod';
import { lazily } from './lazily.ts';

/** What one document says of one parameter, be it in the query or in the body. */
export interface Parameter {
  /** `labels`, `position[new_line]`, `actions[file_path]`: as in a form, without the `[]` of lists. */
  readonly name: string;
  readonly required: boolean;
  readonly type: string | undefined;
  readonly values: readonly string[] | undefined;
}

/** One OpenAPI document; only what is asked of it is parsed, for the whole takes seconds. */
export interface Document {
  /** `/projects/{id}/issues` */
  readonly templates: readonly string[];
  /** The parameters outside the path; nothing where the route lacks the method. */
  readonly parametersOf: (template: string, method: string) => readonly Parameter[] | undefined;
}

const schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  required: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  oneOf: z.array(z.unknown()).optional(),
});
type Schema = z.infer<typeof schema>;

const parameter = z.looseObject({
  in: z.string(),
  name: z.string(),
  required: z.boolean().nullish(),
  schema: z.unknown().optional(),
});
const operation = z.looseObject({
  parameters: z.array(parameter).default([]),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown().optional() })) })
    .optional(),
});
const item = z.record(z.string(), z.unknown());

/** Reads Swagger 2.0 and OpenAPI 3 alike. */
export function createDocument(text: string): Document {
  const paths = entriesOf(text, 'paths:', 2);
  const keys = new Map([...paths.keys()].map((key) => [key.replace(/^\/api\/v4/u, ''), key]));
  const definitions = new Map([...entriesOf(text, 'definitions:', 2), ...entriesOf(text, '  schemas:', 4)]);
  const schemaOf = (value: unknown): Schema => {
    const found = schema.parse(value ?? {});
    const name = found.$ref?.split('/').at(-1);
    return name === undefined ? found : schema.parse(definitions.get(name)?.() ?? {});
  };
  const flat = (name: string, value: unknown, required = false): readonly Parameter[] => {
    const { type, enum: values, properties = {}, items, oneOf = [], required: needed } = schemaOf(value);
    const own = { name, required, type, values: values?.map(String) };
    const inside = Object.entries(properties).flatMap(([key, each]) =>
      flat(name === '' ? bare(key) : `${name}[${bare(key)}]`, each, Array.isArray(needed) && needed.includes(key)),
    );
    const further = [...oneOf, ...(items === undefined ? [] : [items])].flatMap((each) => flat(name, each, required));
    return [...(name === '' ? [] : [own]), ...inside, ...further];
  };
  const parametersOf: Document['parametersOf'] = (template, method) => {
    const found = item.parse(paths.get(keys.get(template) ?? template)?.() ?? {})[method.toLowerCase()];
    if (found === undefined) return undefined;
    const { parameters, requestBody } = operation.parse(found);
    const given = parameters.flatMap((each) => {
      if (each.in === 'path') return [];
      if (each.in === 'body') return flat('', each.schema);
      return flat(bare(each.name), each.schema ?? { ...each, required: undefined }, each.required === true);
    });
    return [...given, ...Object.values(requestBody?.content ?? {}).flatMap((each) => flat('', each.schema))];
  };
  return { templates: [...keys.keys()], parametersOf };
}

/** `scope[]` and `scope` are one parameter to Rails. */
const bare = (name: string): string => name.replaceAll('[]', '');

/** The entries, each parsed when asked for, of a mapping that begins with the line `head` and is indented by `indent` spaces. */
function entriesOf(text: string, head: string, indent: number): ReadonlyMap<string, () => unknown> {
  const start = text.indexOf(`\n${head}\n`);
  if (start === -1) return new Map();
  const rest = text.slice(start + head.length + 2);
  const end = rest.search(new RegExp(`^ {0,${String(indent - 1)}}[^ \\n]`, 'mu'));
  const section = end === -1 ? rest : rest.slice(0, end);
  // A long key is written `? "/projects/…"`, and its value follows on a line that begins with a colon.
  const pieces = section.split(new RegExp(`^(?= {${String(indent)}}[^ :\\n])`, 'mu'));
  return new Map(
    pieces.map((piece) => {
      const key = /^ *(?:\? )?(?<quote>['"]?)(?<key>.*?)\k<quote>:?$/mu.exec(piece)?.[2] ?? '';
      return [key, lazily(() => item.parse(parse(piece, { logLevel: 'error' }))[key])];
    }),
  );
}
