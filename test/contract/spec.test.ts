import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { tools, toolsets } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import { listingOf } from '../../src/tools/listing.ts';
import { sharedData } from './shared-data.ts';
import { readSpecTools } from './spec-tools.ts';
import type { SpecParameter } from './spec-tools.ts';

const { folder, isAbsent } = sharedData('spec');
const spec = isAbsent ? [] : readSpecTools(folder);

const registered = spec.flatMap((old) => {
  const tool = tools.get(old.name);
  return tool === undefined ? [] : [{ ...old, tool }];
});

const listed = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  items: z.record(z.string(), z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** The old service checked these by hand, so its schema did not list the values. */
const checkedByHand = new Map([
  ['actions[].action', ['create', 'update', 'delete']],
  ['format', ['markdown', 'rdoc', 'asciidoc', 'org']],
]);

type Shape = Pick<SpecParameter, 'type' | 'enum' | 'items' | 'properties'>;

/** Where the listing says less than the old one: a type, a value or a field that is gone. */
function narrower(name: string, old: Shape, now: unknown): readonly string[] {
  if (now === undefined) return [`${name} is gone`];
  const { type, enum: values, items, properties = {} } = listed.parse(now);
  return [
    ...(type === old.type ? [] : [`${name} is ${String(type)}, was ${old.type}`]),
    ...limits(name, old.enum ?? checkedByHand.get(name), values),
    ...(old.items === undefined ? [] : narrower(`${name}[]`, old.items, items)),
    ...(old.properties ?? []).flatMap((each) => narrower(`${name}.${each.name}`, each, properties[each.name])),
  ];
}

type Values = readonly string[] | undefined;

function limits(name: string, old: Values, now: Values): readonly string[] {
  if (now === undefined) return [];
  if (old === undefined) return [`${name} is limited to ${now.join(', ')}`];
  return old.filter((value) => !now.includes(value)).map((value) => `${name} lacks ${value}`);
}

const SHA = '1234567890abcdef1234567890abcdef12345678';
const days = ['2026-01-31'];

/** Strings that callers of the old service send, by the name of the parameter. */
const strings: readonly (readonly [name: RegExp, values: readonly string[]])[] = [
  [/^(?:target_)?project_id$/u, ['42', 'team/app', 'team/sub/app', 'team%2Fapp', 'Team.1/my_app-2']],
  [/^(?:group_id|namespace|namespace_id|namespace_path)$/u, ['42', 'team', 'team/sub', 'team%2Fsub']],
  [/discussion_id$/u, [SHA]],
  [/^sha$/u, [SHA, '1234567']],
  [/^(?:since|until|released_at)$/u, [...days, '2026-01-31T10:00:00Z', '2026-01-31T10:00:00.123+01:00']],
  [/^(?:after|before|start_date|due_date)$/u, days],
  [/^(?:file_path|path)$/u, ['README.md', 'src/a b/ü.ts', '.gitlab-ci.yml']],
  [/^filename$/u, ['a.png', 'Bild 1.png']],
  [/^(?:branch|branch_name|ref|ref_name|from|to|source_branch|target_branch)$/u, ['main', 'feature/a-1', SHA]],
  [/^tag_name$/u, ['v1.0', 'release/1.0']],
  [/^color$/u, ['#FF0000', 'red']],
  [/^label_id$/u, ['7', 'bug', 'priority::high']],
  [/^slug$/u, ['home', 'docs/Set up']],
  [/^asset_link_url$/u, ['https://gitlab.com/team/app/-/releases/v1.0/downloads/bin/x']],
  [/^secret$/u, ['1234567890abcdef1234567890abcdef']],
  [/^author_email$/u, ['alice@example.com']],
  [/^file$/u, ['aGVsbG8=']],
  [/^labels$/u, ['bug', 'bug,To Do', 'priority::high']],
  [/^format$/u, checkedByHand.get('format') ?? []],
];

type Taken = (old: SpecParameter) => readonly unknown[];

/** What the old service took for a parameter, as far as a few values can stand for it. */
const taken: Readonly<Record<SpecParameter['type'], Taken>> = {
  string: ({ name, enum: values }) =>
    values ?? strings.find(([pattern]) => pattern.test(name))?.[1] ?? ['x', 'Grüße, "Welt"\nzwei'],
  integer: ({ minimum = 1, maximum = 100 }) => [minimum, maximum, '7'],
  boolean: () => [true, false, 'true', 'false'],
  array: ({ items }) => [items?.enum ?? [itemLike(items)]],
  object: ({ properties = [] }) => [
    Object.fromEntries(properties.map((each) => [each.name, taken[each.type](each)[0]])),
  ],
};

function itemLike(items: SpecParameter['items']): unknown {
  if (items?.properties === undefined) return items?.type === 'integer' ? 1 : 'x';
  const known = new Map([['action', 'create']]);
  return Object.fromEntries(items.properties.map(({ name }) => [name, known.get(name) ?? 'x']));
}

const fieldOf = ({ input, view }: RegisteredTool, name: string): z.ZodType => input[name] ?? view[name] ?? z.never();

const refused = (tool: RegisteredTool, old: SpecParameter): readonly unknown[] =>
  taken[old.type](old).filter((value) => !fieldOf(tool, old.name).safeParse(value).success);

describe.skipIf(isAbsent)('the old service', () => {
  test('has no tool that is missing here', () => {
    expect(spec).toHaveLength(96);
    expect(spec.map(({ name }) => name).filter((name) => !tools.has(name))).toEqual([]);
  });

  describe.each(registered)('had $name, which', ({ tool, flag, effect, params }) => {
    // The old listing called a group optional, because GITLAB_DEFAULT_NAMESPACE may fill it in; without that it was an error.
    const { properties, required = [] } = listingOf(tool, ['group_id']).inputSchema;

    test('is switched on by the same setting and does the same to GitLab', () => {
      const now = toolsets.find(({ name }) => name === tool.toolset);

      expect({ flag: now?.flag ?? null, effect: tool.effect }).toEqual({ flag, effect });
    });

    test('demands nothing more', () => {
      const demanded = new Set(params.flatMap((each) => (each.required ? [each.name] : [])));

      expect(required.filter((name) => !demanded.has(name))).toEqual([]);
    });

    test('lists every parameter with its type and its values', () => {
      const faults = params.flatMap((each) => narrower(each.name, each, properties[each.name]));

      expect(faults).toEqual([]);
    });

    test('takes the same values', () => {
      const faults = params.map((each) => ({ name: each.name, refused: refused(tool, each) }));

      expect(faults.filter((each) => each.refused.length > 0)).toEqual([]);
    });

    test('has the same defaults', () => {
      const before = params.filter((each) => each.default !== undefined);
      const now = before.map(({ name }) => ({ name, default: fieldOf(tool, name).safeParse(undefined).data }));

      expect(now).toEqual(before.map((each) => ({ name: each.name, default: each.default })));
    });
  });
});
