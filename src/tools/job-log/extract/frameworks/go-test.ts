import * as z from 'zod';
import type { Counts, FrameworkRules } from './framework.ts';

const outcome = /^\s*--- (PASS|FAIL|SKIP): (\S+) \([\d.]+s\)$/u;
const outcomes: Readonly<Record<string, string>> = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' };
const packageVerdict = /^(ok|FAIL) *\t\S+(?:\t| \[)/u;
const jsonEvent = z.object({ Action: z.literal('output'), Output: z.string() });
const maxOutputLines = 12;

/** https://pkg.go.dev/cmd/go#hdr-Test_packages; with -json each line of the output comes in an event. */
export function goTest(): FrameworkRules {
  const outputs = createOutputs();
  let failureIndent = 0;
  let packages = 0;
  return {
    framework: 'go test',
    counts: (event) => readCounts(outputOf(event)),
    failure(event) {
      const text = outputOf(event);
      outputs.hear(text);
      if (packageVerdict.test(text)) packages += 1;
      const [, verdict, name] = outcome.exec(text) ?? [];
      if (verdict === 'FAIL' && name !== undefined) {
        failureIndent = indentOf(text);
        return { name, key: `${String(packages)} ${name}`, message: outputs.of(name) };
      }
      const broken = /^FAIL\t(\S+) (\[(?:build|setup) failed\])$/u.exec(text);
      return broken === null ? undefined : { name: `${broken[1] ?? ''} ${broken[2] ?? ''}` };
    },
    says(event) {
      const text = outputOf(event);
      return indentOf(text) > failureIndent && !outcome.test(text) ? text.trim() : undefined;
    },
  };
}

function readCounts(text: string): Counts | undefined {
  const verdict = outcomes[outcome.exec(text)?.[1] ?? ''];
  if (verdict !== undefined) return { [verdict]: 1 };
  const ofPackage = packageVerdict.exec(text)?.[1];
  if (ofPackage === undefined) return undefined;
  return ofPackage === 'ok' ? { packages_passed: 1 } : { packages_failed: 1 };
}

/** With -v a test's output comes before its outcome. */
function createOutputs(): { hear(text: string): void; of(name: string): string | undefined } {
  const byTest = new Map<string, readonly string[]>();
  let running: string | undefined;
  return {
    hear(text) {
      const started = /^\s*=== (?:RUN|CONT|NAME)\s+(\S+)$/u.exec(text)?.[1];
      if (started !== undefined) running = started;
      else if (running !== undefined && /^\s+\S+\.go:\d+: /u.test(text))
        byTest.set(running, [...(byTest.get(running) ?? []), text.trim()].slice(-maxOutputLines));
      if (/^(?:ok|FAIL|PASS)\b/u.test(text)) {
        byTest.clear();
        running = undefined;
      }
    },
    of: (name) => byTest.get(name)?.join('\n'),
  };
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

function outputOf(line: string): string {
  if (!line.startsWith('{"')) return line;
  try {
    const event = jsonEvent.safeParse(JSON.parse(line));
    return event.success ? event.data.Output.trimEnd() : '';
  } catch {
    return line;
  }
}
