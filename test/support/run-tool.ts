import { Failure } from '../../src/errors.ts';
import type { GitLabRequest } from '../../src/gitlab/request.ts';
import { checkArguments } from '../../src/tools/arguments.ts';
import { requestFor } from '../../src/tools/request.ts';
import { pick } from '../../src/tools/show.ts';
import type { Args, AskGitLab } from '../../src/tools/tool.ts';
import { toolNamed } from './tool.ts';

/** What a made-up GitLab answers, by method and path; a failure is thrown, anything else it does not know. */
type Answers = Readonly<Record<string, unknown>>;

interface Asked extends Pick<GitLabRequest, 'query' | 'body'> {
  /** `GET /projects/team%2Fapp` */
  readonly route: string;
}

interface Ran {
  readonly shown: unknown;
  readonly asked: readonly Asked[];
}

/** Runs a tool of several calls against answers made by hand. */
export async function runTool(name: string, args: Args, answers: Answers): Promise<Ran> {
  const asked: Asked[] = [];
  const ask: AskGitLab = async (endpoint, params) => {
    const { method, path, query, body } = requestFor(endpoint, params);
    const route = `${method} ${path}`;
    asked.push({ route, query, body });
    const answer = answers[route];
    if (answer === undefined) throw new Failure('GITLAB_NOT_FOUND', `404 Not Found: ${route}`);
    if (answer instanceof Failure) throw answer;
    return { body: answer };
  };
  const tool = toolNamed(name);
  const { run, shows } = tool;
  if (run === undefined || shows === undefined) throw new Error(`${name} makes only one call`);
  const { body } = await run(ask, checkArguments(tool, args) as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
  return { shown: pick(body, shows), asked };
}

/** Why a tool refuses the arguments. */
export function refusalOf(name: string, args: Args): string {
  try {
    checkArguments(toolNamed(name), args);
  } catch (error) {
    if (error instanceof Failure && error.code === 'INVALID_ARGUMENTS') return error.detail;
    throw error;
  }
  throw new Error('the arguments were taken');
}
