import { attributePath } from './template.ts';
import type { Template } from './template.ts';
import { isFields, isList, listOf, textOf } from './value.ts';
import type { Fields, Value } from './value.ts';

interface FunctionsOptions {
  readonly template: Template;
  /** The parameters. */
  readonly values: ReadonlyMap<string, Value | undefined>;
  /** Pseudo parameters, and what is known of resources: by id, or by id and attribute with a dot between. */
  readonly known: ReadonlyMap<string, string>;
}

/** undefined is AWS::NoValue. */
type Evaluate = (value: Value) => Value | undefined;

interface Functions {
  readonly evaluate: Evaluate;
  /** Whether a condition of the template holds. */
  readonly holds: (condition: string) => boolean;
}

/** Functions of CloudFormation, which take their argument as it stands in the template; undefined leaves the call as it is. */
type Table = Readonly<Record<string, (argument: Value) => { readonly result: Value | undefined } | undefined>>;

export function createFunctions({ template, values, known }: FunctionsOptions): Functions {
  const ref = (name: string): Value | undefined => {
    if (name === 'AWS::NoValue') return undefined;
    return values.get(name) ?? known.get(name) ?? { Ref: name };
  };
  const attribute = (id: string, name: string): Value => known.get(`${id}.${name}`) ?? { 'Fn::GetAtt': [id, name] };
  const named = (name: string): Value | undefined =>
    name.includes('.') ? attribute(...attributePath(name)) : ref(name);
  const references: Table = {
    Ref: (name) => ({ result: ref(textOf(name)) }),
    'Fn::GetAtt': (path) => {
      const [id, name] = listOf(path);
      return { result: attribute(textOf(id), textOf(name)) };
    },
    'Fn::FindInMap': (path) => {
      const [map = '', first = '', second = ''] = listOf(evaluate(path)).map(textOf);
      return { result: template.Mappings[map]?.[first]?.[second] };
    },
    'Fn::Sub': (argument) => ({ result: substitute(argument, named, evaluate) }),
  };
  const holds = (name: string): boolean => {
    const condition = template.Conditions[name];
    if (condition === undefined) throw new Error(`there is no condition ${name}`);
    return evaluate(condition) === true;
  };
  const evaluate = (value: Value): Value | undefined => {
    if (isList(value)) return value.map(evaluate).filter((item) => item !== undefined);
    if (!isFields(value)) return value;
    const [name = '', ...others] = Object.keys(value);
    const done = others.length === 0 ? table[name]?.(value[name] ?? null) : undefined;
    return done === undefined ? evaluateFields(value, evaluate) : done.result;
  };
  const table: Table = { ...references, ...logic(evaluate, holds), ...text(evaluate) };
  return { evaluate, holds };
}

function logic(evaluate: Evaluate, holds: Functions['holds']): Table {
  const items = (argument: Value): readonly Value[] => listOf(evaluate(argument));
  return {
    Condition: (name) => ({ result: holds(textOf(name)) }),
    'Fn::If': (branches) => {
      const [condition, yes, no] = listOf(branches);
      return { result: evaluate((holds(textOf(condition)) ? yes : no) ?? null) };
    },
    'Fn::Equals': (pair) => {
      const [left, right] = items(pair).map(textOf);
      return { result: left === right };
    },
    'Fn::Not': (conditions) => ({ result: items(conditions)[0] !== true }),
    'Fn::And': (conditions) => ({ result: items(conditions).every((one) => one === true) }),
    'Fn::Or': (conditions) => ({ result: items(conditions).includes(true) }),
  };
}

function text(evaluate: Evaluate): Table {
  const items = (argument: Value): readonly Value[] => listOf(evaluate(argument));
  return {
    'Fn::Select': (argument) => {
      const [index, list] = items(argument);
      return isList(list) ? { result: list[Number(index)] } : undefined;
    },
    'Fn::Split': (argument) => {
      const [delimiter, whole] = items(argument);
      return typeof whole === 'string' ? { result: whole.split(textOf(delimiter)) } : undefined;
    },
    'Fn::Join': (argument) => {
      const [delimiter, list] = items(argument);
      const parts = listOf(list);
      return parts.some(isFields) ? undefined : { result: parts.map(textOf).join(textOf(delimiter)) };
    },
  };
}

function evaluateFields(fields: Fields, evaluate: Evaluate): Fields {
  const pairs = Object.entries(fields).map(([name, value]): [string, Value | undefined] => [name, evaluate(value)]);
  return Object.fromEntries(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** What is not known yet stays as the items of a join. */
function substitute(argument: Value, named: (name: string) => Value | undefined, evaluate: Evaluate): Value {
  const [pattern, own = {}] = isList(argument) ? argument : [argument];
  const variables = new Map(isFields(own) ? Object.entries(own) : []);
  const parts = textOf(pattern)
    .split(/\$\{([^!}][^}]*)\}/u)
    .map((part, index): Value => {
      if (index % 2 === 0) return part;
      const variable = variables.get(part);
      return (variable === undefined ? named(part) : evaluate(variable)) ?? '';
    })
    .filter((part) => part !== '');
  return parts.some(isFields) ? { 'Fn::Join': ['', parts] } : parts.map(textOf).join('');
}
