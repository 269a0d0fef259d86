import { cutToBytes, ownCopy } from '../fit-bytes.ts';
import { createErrorBlock } from './error-block.ts';
import { errorRules } from './error-rules.ts';
import type { ErrorRule } from './error-rules.ts';
import type { Extractor, Finding, FindingList } from './extractor.ts';

interface ErrorGroup extends Finding {
  readonly kind: string;
  readonly line: number;
  readonly count?: number;
  readonly last_line?: number;
  readonly before?: string;
  readonly text: string;
}

const linesBefore = 2;
/** One error takes no more than this part of the answer. */
const errorsPerAnswer = 5;

/** Errors with the lines around them, alike ones together, in the order in which they came last. */
export function createErrors(maxBytes: number): Extractor {
  const groups = createGroups(maxBytes);
  const maxErrorBytes = Math.floor(maxBytes / errorsPerAnswer);
  let open: ReturnType<typeof createErrorBlock> | undefined;
  let before: string[] = [];
  let jobFailure: string | undefined;

  const close = (): void => {
    const text = open?.text();
    if (open !== undefined && text !== undefined)
      groups.add(open.key(), {
        kind: open.rule.kind,
        line: open.n,
        ...(before.length === 0 ? {} : { before: ownCopy(before.join('\n')) }),
        text: cutToBytes(text, maxErrorBytes),
      });
    if (open !== undefined) before = [];
    open = undefined;
  };
  return {
    line(n, text) {
      const beginsAnother = (): boolean => ruleFor(text) !== undefined;
      if (open?.takes(text, beginsAnother) === true) return;
      close();
      jobFailure = /^ERROR: (Job failed.*)$/u.exec(text)?.[1] ?? jobFailure;
      const rule = ruleFor(text);
      if (rule !== undefined) open = createErrorBlock(rule, n, text);
      else if (text.trim() !== '') before = [...before, cutToBytes(text, 300)].slice(-linesBefore);
    },
    result() {
      close();
      const facts = jobFailure === undefined ? groups.facts() : { job: ownCopy(jobFailure), ...groups.facts() };
      return { facts, lists: [groups.list()] };
    },
  };
}

function ruleFor(text: string): ErrorRule | undefined {
  return errorRules.find((rule) => rule.begins.test(text));
}

interface Groups {
  add(key: string, error: ErrorGroup): void;
  facts(): Finding;
  list(): FindingList;
}

function createGroups(maxBytes: number): Groups {
  const groups = new Map<string, ErrorGroup>();
  const counts = new Map<string, number>();
  let bytes = 0;
  let dropped = 0;
  return {
    add(key, error) {
      counts.set(error.kind, (counts.get(error.kind) ?? 0) + 1);
      const known = groups.get(key);
      groups.delete(key);
      const merged = known === undefined ? error : { ...known, count: (known.count ?? 1) + 1, last_line: error.line };
      groups.set(key, merged);
      bytes += known === undefined ? sizeOf(key, error) : 0;
      for (const [oldKey, old] of groups) {
        if (bytes <= maxBytes * 2) break;
        groups.delete(oldKey);
        bytes -= sizeOf(oldKey, old);
        dropped += 1;
      }
    },
    facts: () => ({ errors_by_kind: Object.fromEntries(counts) }),
    list: () => ({ name: 'errors', items: [...groups.values()], total: groups.size + dropped, keep: 'last' }),
  };
}

function sizeOf(key: string, { text, before = '' }: ErrorGroup): number {
  return Buffer.byteLength(key) + Buffer.byteLength(text) + Buffer.byteLength(before);
}
