import { ownCopy } from '../fit-bytes.ts';
import type { Extractor } from './extractor.ts';
import { createFindings } from './findings.ts';

/** A resource's address: `module.a.b["x y"].aws_instance.web[0]`. */
const address = String.raw`[A-Za-z_][\w-]*(?:\.[\w-]+|\["(?:[^"\\]|\\.){0,200}"\]|\[\d+\])+`;
const planned = new RegExp(String.raw`(?:^|\s)# (${address})(?: \([^)]*\))?,? ((?:will|must|is|has) .+)$`, 'u');
const applied = new RegExp(
  String.raw`(?:^|\s)(${address})(?: \(deposed object \w+\))?: (?:Still )?([Cc]reat|[Mm]odif|[Dd]estr|[Ii]mport)\w+( complete)?(.*)$`,
  'u',
);
const failed = new RegExp(String.raw`^\W*with (${address}),$`, 'u');
const summary = /\b(?:Plan: \d+ to |(?:Apply|Destroy) complete! Resources: \d+ |No changes\. )/u;

/** Words of a plan line, of which the first that fits counts: `actionDescription` in Terraform's plan renderer. */
const plannedActions: readonly (readonly [RegExp, string])[] = [
  [/be replaced/u, 'replace'],
  [/will be created/u, 'create'],
  [/will be updated/u, 'update'],
  [/will be destroyed/u, 'destroy'],
  [/will be read/u, 'read'],
  [/will be imported/u, 'import'],
  [/will no longer be managed/u, 'forget'],
  [/has moved to/u, 'move'],
  [/has been deleted/u, 'deleted outside'],
  [/has changed/u, 'changed outside'],
];
const appliedActions: Readonly<Record<string, string>> = {
  creat: 'created',
  modif: 'updated',
  destr: 'destroyed',
  import: 'imported',
};

interface Resource extends Readonly<Record<string, unknown>> {
  readonly address: string;
  readonly plan?: string;
  readonly applied?: string | undefined;
  /** Begun and not reported complete. */
  readonly unfinished?: true | undefined;
  readonly failed?: true;
  readonly after?: string;
  readonly id?: string;
}

/** What a plan would do and what an apply did, by resource, and their closing sentences. */
export function createTerraformResources(maxBytes: number): Extractor {
  const resources = createFindings<Resource>('resources', maxBytes);
  const summaries = createFindings('summaries', maxBytes);
  let box = '';
  return {
    line(n, text) {
      box = /^\W*(Error|Warning): /u.exec(text)?.[1] ?? box;
      const found = readPlanned(text) ?? readApplied(text) ?? (box === 'Error' ? readFailed(text) : undefined);
      if (found !== undefined) {
        resources.set(found.address, { line: n, ...resources.get(found.address), ...found });
      } else if (summary.test(text)) {
        summaries.set(String(n), { text: ownCopy(text.trim()), ...readCounts(text), line: n });
      }
    },
    result() {
      const list = resources.list();
      return { facts: {}, lists: [summaries.list(), { ...list, items: list.items.toSorted(brokenFirst) }] };
    },
  };
}

function brokenFirst(one: Resource, other: Resource): number {
  return Number(isBroken(other)) - Number(isBroken(one));
}

function isBroken(resource: Resource): boolean {
  return resource.failed === true || resource.unfinished === true;
}

function readPlanned(text: string): Resource | undefined {
  const [, name, words] = planned.exec(text) ?? [];
  if (name === undefined || words === undefined) return undefined;
  const action = plannedActions.find(([pattern]) => pattern.test(words))?.[1];
  return action === undefined ? undefined : { address: ownCopy(name), plan: action };
}

function readApplied(text: string): Resource | undefined {
  const [, name, verb = '', complete, rest = ''] = applied.exec(text) ?? [];
  if (name === undefined) return undefined;
  const id = /[[(](?:id=|ID: )([^\s,\])]+)/u.exec(rest)?.[1];
  const identified = { address: ownCopy(name), ...(id === undefined ? {} : { id: ownCopy(id) }) };
  if (complete === undefined) return { ...identified, unfinished: true };
  const after = /^ after (\S+)/u.exec(rest)?.[1];
  return {
    ...identified,
    applied: appliedActions[verb.toLowerCase()],
    unfinished: undefined,
    ...(after === undefined ? {} : { after: ownCopy(after) }),
  };
}

/** "with module.app.aws_instance.web," in the box of an error. */
function readFailed(text: string): Resource | undefined {
  const name = failed.exec(text)?.[1];
  return name === undefined ? undefined : { address: ownCopy(name), failed: true };
}

/** `{ add: 3, destroy: 1 }` of "3 to add, 1 to destroy", `{ added: 3 }` of "3 added". */
function readCounts(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...text.matchAll(/(\d+) (?:to )?([a-z]+)/gu)].map(([, count, what = '']) => [what, Number(count)]),
  );
}
