import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { chart } from './chart.ts';
import { machine } from './machine.ts';

const figure = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  baseline: z.object({ name: z.string(), value: z.number() }).optional(),
  /** `value` over the baseline's. */
  ratio: z.number().optional(),
  bar: z.object({ of: z.enum(['value', 'ratio']), atMost: z.number() }).optional(),
  /** Whether the bar holds. */
  passed: z.boolean().optional(),
});

const result = z.object({
  scenario: z.string(),
  measures: z.string(),
  bar: z.string(),
  /** A smaller run, whose figures say little. */
  isQuick: z.boolean(),
  date: z.string(),
  seconds: z.number(),
  machine,
  figures: z.array(figure).readonly(),
  chart,
});

/** One scenario's run, as its JSON file has it. */
export type Result = Readonly<z.infer<typeof result>>;
export type Judged = Readonly<z.infer<typeof figure>>;

/** All results in a folder, by scenario. */
export async function readResults(folder: string): Promise<ReadonlyMap<string, Result>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const results = await Promise.all(
    names.map(async (name) => result.parse(JSON.parse(await readFile(path.join(folder, name), 'utf8')))),
  );
  return new Map(results.map((each) => [each.scenario, each]));
}
