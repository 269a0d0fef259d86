import { tools } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';

/** A tool of the registry by its name. */
export function toolNamed(name: string): RegisteredTool {
  const found = tools.get(name);
  if (found === undefined) throw new Error(`no tool ${name}`);
  return found;
}
