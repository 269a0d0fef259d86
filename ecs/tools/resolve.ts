import { createFunctions } from './functions.ts';
import type { Parameter, Template } from './template.ts';
import { fieldsOf, textOf } from './value.ts';
import type { Fields, Value } from './value.ts';

interface ResolveOptions {
  readonly parameters: Readonly<Record<string, string>>;
  /** What AWS would tell later: `Redis` for a Ref, `Redis.PrimaryEndPoint.Port` for an attribute, `AWS::Region`. */
  readonly known?: Readonly<Record<string, string>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Fields;
}

/** A template as CloudFormation would deploy it with these parameters. References to other resources stay. */
export interface Resolved {
  readonly template: {
    readonly AWSTemplateFormatVersion: string;
    readonly Description: string;
    readonly Resources: Readonly<Record<string, Fields>>;
    readonly Outputs: Fields;
  };
  readonly resources: Readonly<Record<string, Resource>>;
  readonly conditions: Readonly<Record<string, boolean>>;
  /** Why CloudFormation would refuse the parameters. */
  readonly refusals: readonly string[];
}

const pseudo = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::StackName': 'go-mcp-gitlab',
  'AWS::URLSuffix': 'amazonaws.com',
} as const;

export function resolve(template: Template, { parameters, known = {} }: ResolveOptions): Resolved {
  const given = Object.entries(template.Parameters).map(([name, declared]): [string, Value | undefined] => [
    name,
    parameterValue(declared, parameters[name]),
  ]);
  const { evaluate, holds } = createFunctions({
    template,
    values: new Map(given),
    known: new Map(Object.entries({ ...pseudo, ...known })),
  });
  const isThere = (member: Fields): boolean => typeof member['Condition'] !== 'string' || holds(member['Condition']);
  const kept = (members: Readonly<Record<string, Fields>>): Record<string, Fields> =>
    Object.fromEntries(
      Object.entries(members)
        .filter(([, member]) => isThere(member))
        .map(([name, member]) => [name, fieldsOf(evaluate(unconditional(member)))]),
    );
  const Resources = kept(template.Resources);
  return {
    template: {
      AWSTemplateFormatVersion: template.AWSTemplateFormatVersion,
      Description: template.Description,
      Resources,
      Outputs: kept(template.Outputs),
    },
    resources: Object.fromEntries(
      Object.entries(Resources).map(([id, fields]) => [
        id,
        { Type: textOf(fields['Type']), Properties: fieldsOf(fields['Properties'] ?? {}) },
      ]),
    ),
    conditions: Object.fromEntries(Object.keys(template.Conditions).map((name) => [name, holds(name)])),
    refusals: [...parameterRefusals(template, parameters), ...ruleRefusals(template, evaluate)],
  };
}

/** A resource of a resolved template is there without condition. */
function unconditional(member: Fields): Fields {
  return Object.fromEntries(Object.entries(member).filter(([name]) => name !== 'Condition'));
}

function parameterValue({ Type, Default }: Parameter, given: string | undefined): Value | undefined {
  const text = given ?? Default;
  if (text === undefined) return undefined;
  if (Type === 'Number') return Number(text);
  return Type.startsWith('List<') ? String(text).split(',') : String(text);
}

function parameterRefusals({ Parameters }: Template, given: Readonly<Record<string, string>>): string[] {
  const unknown = Object.keys(given).filter((name) => !(name in Parameters));
  const wrong = Object.entries(Parameters).filter(([name, declared]) => !fits(declared, given[name]));
  return [
    ...unknown.map((name) => `${name}: is no parameter`),
    ...wrong.map(([name]) => `${name}: ${given[name] === undefined ? 'is missing' : 'is not allowed'}`),
  ];
}

function fits(declared: Parameter, given: string | undefined): boolean {
  const { Type, Default, AllowedValues, AllowedPattern = '' } = declared;
  const text = given ?? Default?.toString();
  if (text === undefined || AllowedValues?.map(String).includes(text) === false) return false;
  return Type === 'Number' ? isWithin(declared, Number(text)) : new RegExp(AllowedPattern, 'u').test(text);
}

function isWithin({ MinValue = -Infinity, MaxValue = Infinity }: Parameter, number: number): boolean {
  return number >= MinValue && number <= MaxValue;
}

function ruleRefusals({ Rules }: Template, evaluate: (value: Value) => Value | undefined): string[] {
  return Object.entries(Rules).flatMap(([name, { RuleCondition, Assertions }]) =>
    evaluate(RuleCondition) === true
      ? Assertions.filter(({ Assert }) => evaluate(Assert) !== true).map(
          (failed) => `${name}: ${failed.AssertDescription}`,
        )
      : [],
  );
}
