import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with the one plain line that CI counts. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string): number => states.filter((each) => each === state).length;
    // A hook that fails fails no test of its own: its file counts as one.
    const broken = modules.filter((module) => !module.ok() && !hasFailedTest(module)).length;
    process.stdout.write(
      `\n${String(count('passed'))} passed, ${String(count('failed') + broken)} failed, ${String(count('skipped'))} skipped\n`,
    );
  }
}

const hasFailedTest = (module: TestModule): boolean =>
  [...module.children.allTests()].some((test) => test.result().state === 'failed');
