import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { ParsedNode } from 'yaml';
import * as z from 'zod';
import type { Value } from './value.ts';

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(value), fields]),
);
const fields = z.record(z.string(), value);

const parameter = z.strictObject({
  Type: z.string(),
  Default: z.union([z.string(), z.number()]).optional(),
  AllowedValues: z.array(z.union([z.string(), z.number()])).optional(),
  AllowedPattern: z.string().optional(),
  MinValue: z.number().optional(),
  MaxValue: z.number().optional(),
  Description: z.string().optional(),
  ConstraintDescription: z.string().optional(),
});

const template = z.strictObject({
  AWSTemplateFormatVersion: z.literal('2010-09-09'),
  Description: z.string(),
  Parameters: z.record(z.string(), parameter),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), value))).default({}),
  Rules: z
    .record(
      z.string(),
      z.strictObject({
        RuleCondition: value,
        Assertions: z.array(z.strictObject({ Assert: value, AssertDescription: z.string() })),
      }),
    )
    .default({}),
  Conditions: z.record(z.string(), value).default({}),
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() }).catchall(value)),
  Outputs: z.record(z.string(), fields),
});

export type Template = Readonly<z.infer<typeof template>>;
export type Parameter = Readonly<z.infer<typeof parameter>>;

/** Reads a CloudFormation template in YAML with short functions (`!Ref`); refuses aliases, which CloudFormation has not. */
export function loadTemplate(text: string): Template {
  const document = parseDocument(text, { logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return template.parse(plain(document.contents));
}

function plain(node: ParsedNode | null): Value {
  if (node === null) return null;
  if (isAlias(node) || node.anchor !== undefined) throw new Error('CloudFormation has no YAML anchors and aliases');
  const bare = bareValue(node);
  const tag = node.tag?.startsWith('!') === true ? node.tag.slice(1) : undefined;
  return tag === undefined
    ? bare
    : { [longName(tag)]: tag === 'GetAtt' && typeof bare === 'string' ? attributePath(bare) : bare };
}

function bareValue(node: ParsedNode): Value {
  if (isMap(node)) return Object.fromEntries(node.items.map((pair) => [String(pair.key), plain(pair.value)]));
  if (isSeq(node)) return node.items.map(plain);
  return isScalar(node) ? value.parse(node.value) : null;
}

function longName(tag: string): string {
  return tag === 'Ref' || tag === 'Condition' ? tag : `Fn::${tag}`;
}

/** `Redis.PrimaryEndPoint.Port` is the attribute `PrimaryEndPoint.Port` of `Redis`. */
export function attributePath(path: string): [string, string] {
  const dot = path.indexOf('.');
  return [path.slice(0, dot), path.slice(dot + 1)];
}
