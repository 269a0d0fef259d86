import { cutToBytes, ownCopy } from '../../fit-bytes.ts';
import type { Finding, FindingList } from '../extractor.ts';
import { createFindings } from '../findings.ts';

/** `passed`, `failed`, `skipped`, and what else a framework counts. */
export type Counts = Readonly<Record<string, number>>;

/** A failed test as one line names it. */
interface Failure {
  readonly name: string;
  /** The same for each mention of one test; without it the name is. */
  readonly key?: string;
  readonly message?: string | undefined;
}

/** How a test framework writes its results. Made anew for each log, as some rules remember earlier lines. */
export interface FrameworkRules {
  readonly framework: string;
  /** What the line adds to the counts. */
  readonly counts: (text: string) => Counts | undefined;
  /** The failed test that the line begins to tell of. */
  readonly failure: (text: string) => Failure | undefined;
  /** What the line says of the failure before it; '' is not worth keeping, undefined ends it. */
  readonly says: (text: string) => string | undefined;
  /** False while what looked like a failure can be the output of another program. */
  readonly isRun?: () => boolean;
}

interface FrameworkReport {
  readonly counts: Finding;
  readonly failures: FindingList;
}

interface Framework {
  line(n: number, text: string): void;
  /** Nothing if the framework did not run. */
  result(): FrameworkReport | undefined;
}

interface FailedTest extends Finding {
  readonly framework: string;
  readonly name: string;
  readonly line: number;
  readonly message?: string | undefined;
}

const maxMessageLines = 12;
const maxLineBytes = 300;
const maxMessageBytes = 1500;

/** Counts and failures of one framework. */
export function createFramework(rules: FrameworkRules, maxBytes: number): Framework {
  const { framework } = rules;
  const failures = createFindings<FailedTest>('failed_tests', maxBytes);
  let counts: Counts | undefined;
  let current: string | undefined;

  const learn = (n: number, failure: Failure): void => {
    const key = ownCopy(failure.key ?? failure.name);
    const known = failures.get(key);
    const mention = { framework, name: failure.name, line: n, message: failure.message };
    failures.set(key, withMention(known ?? mention, mention));
    current = known?.message === undefined ? key : undefined;
  };
  const hear = (text: string): void => {
    if (current === undefined) return;
    const said = rules.says(text);
    const failed = failures.get(current);
    if (said === undefined || failed === undefined) current = undefined;
    else if (said.trim() !== '') failures.set(current, { ...failed, message: withLine(failed.message, said) });
  };
  return {
    line(n, text) {
      const counted = rules.counts(text);
      if (counted !== undefined) {
        counts = sum(counts ?? {}, counted);
        current = undefined;
      }
      const failure = rules.failure(text);
      if (failure !== undefined) learn(n, failure);
      else if (counted === undefined) hear(text);
    },
    result() {
      const list = failures.list();
      if ((counts === undefined && list.total === 0) || rules.isRun?.() === false) return undefined;
      const total = counts ?? { failed: list.total, incomplete: 1 };
      return { counts: { framework, passed: 0, failed: 0, skipped: 0, ...total }, failures: list };
    },
  };
}

/** The numbers of one line added to those before. */
export function sum(one: Counts, other: Counts): Counts {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

/** The longer name tells more: some mentions leave out the file or the package. */
function withMention(known: FailedTest, mention: FailedTest): FailedTest {
  const name = ownCopy(mention.name.length > known.name.length ? mention.name : known.name);
  const message = known.message ?? mention.message;
  if (message === undefined) return { framework: known.framework, name, line: known.line };
  return { ...known, name, message: ownCopy(cutToBytes(message, maxMessageBytes)) };
}

function withLine(message: string | undefined, line: string): string {
  const shortened = ownCopy(cutToBytes(line, maxLineBytes));
  if (message === undefined) return shortened;
  return message.split('\n').length >= maxMessageLines ? message : `${message}\n${shortened}`;
}
