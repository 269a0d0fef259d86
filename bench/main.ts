import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { svgOf } from './chart.ts';
import { withResults } from './docs.ts';
import { inTurn } from './in-turn.ts';
import { judge } from './judge.ts';
import type { Outcome } from './load/plan.ts';
import { readMachine } from './machine.ts';
import { readResults } from './result.ts';
import type { Result } from './result.ts';
import { scenarios } from './scenarios.ts';
import type { Bench, Scenario } from './scenario.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { tableOf } from './table.ts';

/**
 * Runs the scenarios that are named, or all; prints a table for each, writes JSON and a chart into bench/results, and those
 * into docs/PERFORMANCE.md. Ends with 1 where a bar is missed. --quick: small runs, whose results go elsewhere.
 */

const FOLDER = 'bench/results';
const PAGE = 'docs/PERFORMANCE.md';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
});
const isQuick = values.quick;
const folder = values.out ?? (isQuick ? path.join(tmpdir(), 'bench-quick') : FOLDER);

function chosen(): readonly Scenario[] {
  const unknown = positionals.filter((name) => !scenarios.has(name));
  if (unknown.length > 0) {
    throw new Error(`no scenario ${unknown.join(', ')}; there are: ${[...scenarios.keys()].join(', ')}`);
  }
  return [...scenarios.values()].filter(({ name }) => positionals.length === 0 || positionals.includes(name));
}

const MOST_SHOWN = 5;

/** What the failed calls said: each kind once. */
function wordsOf(failures: readonly Outcome[]): string {
  const words = failures.map(({ code, words: said }) => (said.startsWith(code) ? `  ${said}` : `  ${code}: ${said}`));
  return [...new Set(words)].slice(0, MOST_SHOWN).join('\n');
}

/** Runs a scenario on stages that end with it, whatever happens. */
async function play({ name, measures, bar, run }: Scenario): Promise<Result> {
  const stages: Stage[] = [];
  const begun = performance.now();
  const bench: Bench = {
    size: (full, quick) => (isQuick ? quick : full),
    open: async (options = {}) => {
      const stage = await openStage(options);
      stages.push(stage);
      return stage;
    },
  };
  try {
    const { figures, chart, failures } = await run(bench);
    if (failures.length > 0) say(wordsOf(failures));
    return {
      scenario: name,
      measures,
      bar,
      isQuick,
      date: new Date().toISOString(),
      seconds: Math.round(performance.now() - begun) / 1000,
      machine: readMachine(),
      figures: figures.map((figure) => judge(figure)),
      chart,
    };
  } finally {
    await Promise.all(stages.map(async (stage) => stage.stop()));
  }
}

async function keep(result: Result): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = await format(JSON.stringify(result), { parser: 'json', printWidth: 120 });
  await writeFile(path.join(folder, `${result.scenario}.json`), text);
  await writeFile(path.join(folder, `${result.scenario}.svg`), svgOf(result.chart));
}

const results = await inTurn(chosen(), async (scenario) => {
  say(`\n${scenario.name}: ${scenario.bar}`);
  const result = await play(scenario);
  say(tableOf(result.figures));
  await keep(result);
  return result;
});
if (folder === FOLDER) {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(PAGE, await withResults(page, await readResults(FOLDER), [...scenarios.keys()]));
}
const missed = results.flatMap(({ figures }) => figures).filter(({ passed }) => passed === false);
say(`\n${String(missed.length)} bars missed; results are in ${folder}`);
if (missed.length > 0) process.exitCode = 1;
