import { cutToBytes, ownCopy } from '../fit-bytes.ts';
import type { Extractor, Finding } from './extractor.ts';
import { createFindings } from './findings.ts';
import { createHclValue } from './hcl-value.ts';

type Section = 'none' | 'applied' | 'planned';

interface Assignment {
  readonly n: number;
  readonly name: string;
  readonly change: string | undefined;
  readonly begins: string;
}

/** One value takes no more than this part of the answer. */
const valuesPerAnswer = 5;
const changes: Readonly<Record<string, string>> = { '+': 'add', '~': 'change', '-': 'remove' };
const outputCommand = /^\$ (?:terraform|tofu|terragrunt) (?:\S+ )*output\b/u;
const masked = /^(?:<sensitive>|\(sensitive value\))/u;

/** The values under "Outputs:" after an apply or of `terraform output`, and the planned "Changes to Outputs:". */
export function createTerraformOutputs(maxBytes: number): Extractor {
  const outputs = createFindings('outputs', maxBytes);
  const maxValueBytes = Math.floor(maxBytes / valuesPerAnswer);
  let section: Section = 'none';
  let open: { readonly of: Assignment; readonly value: ReturnType<typeof createHclValue> } | undefined;

  const close = (): void => {
    if (open === undefined) return;
    outputs.set(String(open.of.n), asFinding(open.of, open.value.text(), maxValueBytes));
    open = undefined;
  };
  return {
    line(n, text) {
      if (open === undefined) {
        section = sectionAfter(section, text);
        const of = readAssignment(section, { n, text });
        if (of !== undefined) open = { of, value: createHclValue(of.begins) };
      } else {
        open.value.add(text);
      }
      if (open?.value.isWhole() === true) close();
    },
    result() {
      close();
      return { facts: {}, lists: [outputs.list()] };
    },
  };
}

function sectionAfter(section: Section, text: string): Section {
  const line = text.trim();
  if (line === 'Outputs:' || outputCommand.test(line)) return 'applied';
  if (line === 'Changes to Outputs:') return 'planned';
  if (line === '') return section;
  return readAssignment(section, { n: 0, text }) === undefined ? 'none' : section;
}

function readAssignment(section: Section, { n, text }: { n: number; text: string }): Assignment | undefined {
  if (section === 'none') return undefined;
  const match = /^(?: {2}([+~-]) )?([A-Z_a-z][\w-]*) *= (.*)$/u.exec(text);
  const [, sign = '', name = '', begins = ''] = match ?? [];
  if (match === null || (sign === '') !== (section === 'applied')) return undefined;
  return { n, name: ownCopy(name), change: changes[sign], begins };
}

function asFinding({ n, name, change }: Assignment, text: string, maxValueBytes: number): Finding {
  const value = ownCopy(cutToBytes(text, maxValueBytes));
  return {
    name,
    ...(change === undefined ? {} : { change }),
    value,
    ...(value === text ? {} : { cut: text.length - value.length }),
    ...(masked.test(value) ? { sensitive: true } : {}),
    line: n,
  };
}
