import { readFileSync } from 'node:fs';
import * as z from 'zod';

// src/config and dist/config are equally far from package.json.
const packageFile = new URL('../../package.json', import.meta.url);

/** The server's name and version, as clients are told. */
export const server = z
  .object({ name: z.string(), version: z.string() })
  .readonly()
  .parse(JSON.parse(readFileSync(packageFile, 'utf8')));
