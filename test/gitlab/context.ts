import type { Project } from './entities/project.ts';
import type { Token, User } from './entities/user.ts';
import { invalidParameters, noSuchRow } from './errors.ts';
import type { Input } from './input.ts';
import type { UploadedFile } from './multipart.ts';
import type { Store } from './store.ts';

/** One request as an endpoint sees it. */
export interface Context {
  readonly store: Store;
  readonly viewer: User;
  readonly signedIn: boolean;
  readonly account: Token | undefined;
  readonly method: string;
  /** Path and query as they came, for Link headers and redirects. */
  readonly path: string;
  readonly search: string;
  /** Query and body together, as GitLab's `params`. */
  readonly input: Input;
  readonly query: Input;
  readonly file: UploadedFile | undefined;
  /** Path parameters, percent-decoded once. */
  readonly params: Readonly<Record<string, string>>;
}

/** A request below `/projects/:id` whose viewer may see the project. */
export interface ProjectContext extends Context {
  readonly project: Project;
  /** The viewer's role; 0 for none (in a public project). */
  readonly level: number;
}

export function param(context: Context, name: string): string {
  const value = context.params[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}

/** A numeric path parameter: not a number is 400, too large to be a row's id is 404 (recorded). */
export function integerParam(context: Context, name: string): number {
  const text = param(context, name);
  if (!/^\d+$/u.test(text)) throw invalidParameters(`${name} is invalid`);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw noSuchRow();
  return value;
}
