import type { Extractor, Finding } from './extractor.ts';
import { cargo } from './frameworks/cargo.ts';
import { createFramework } from './frameworks/framework.ts';
import { goTest } from './frameworks/go-test.ts';
import { gradle } from './frameworks/gradle.ts';
import { jest } from './frameworks/jest.ts';
import { maven } from './frameworks/maven.ts';
import { mocha } from './frameworks/mocha.ts';
import { pytest } from './frameworks/pytest.ts';
import { rspec } from './frameworks/rspec.ts';
import { tap } from './frameworks/tap.ts';
import { unittest } from './frameworks/unittest.ts';
import { vitest } from './frameworks/vitest.ts';

const frameworks = [jest, vitest, mocha, pytest, unittest, goTest, maven, gradle, rspec, cargo, tap];

/** How many tests passed, failed and were skipped, by framework, and what is said of the failed ones. */
export function createTestResults(maxBytes: number): Extractor {
  const running = frameworks.map((rules) => createFramework(rules(), maxBytes));
  return {
    line(n, text) {
      for (const framework of running) framework.line(n, text);
    },
    result() {
      const reports = running.flatMap((framework) => framework.result() ?? []);
      const failures = reports.map((report) => report.failures);
      const facts = reports.length === 0 ? {} : totals(reports.map((report) => report.counts));
      const items = failures.flatMap((list) => list.items).toSorted((one, other) => lineOf(one) - lineOf(other));
      const total = failures.reduce((sum, list) => sum + list.total, 0);
      return { facts, lists: [{ name: 'failed_tests', items, total, keep: 'first' }] };
    },
  };
}

function totals(frameworkCounts: readonly Finding[]): Finding {
  const sumOf = (name: string): number => frameworkCounts.reduce((sum, counts) => sum + Number(counts[name] ?? 0), 0);
  return { passed: sumOf('passed'), failed: sumOf('failed'), skipped: sumOf('skipped'), frameworks: frameworkCounts };
}

function lineOf(finding: Finding): number {
  return Number(finding['line']);
}
