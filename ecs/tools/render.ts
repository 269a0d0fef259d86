import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { generatedFiles } from './generated.ts';
import { loadTemplate } from './template.ts';

/** Writes what is generated from ecs/service.yaml; with --check only says which files are out of date, and fails. */

const root = new URL('../../', import.meta.url);
const isCheck = process.argv.includes('--check');

async function refresh(path: string, content: unknown): Promise<void> {
  const text = await format(JSON.stringify(content), { parser: 'json', printWidth: 120 });
  const file = new URL(path, root);
  const old = await readFile(file, 'utf8').catch(() => '');
  if (text === old) return;
  if (!isCheck) return writeFile(file, text);
  process.stderr.write(`${path} is out of date: run npx tsx ecs/tools/render.ts\n`);
  process.exitCode = 1;
}

const files = generatedFiles(loadTemplate(await readFile(new URL('ecs/service.yaml', root), 'utf8')));
await Promise.all(Object.entries(files).map(async ([path, content]) => refresh(path, content)));
