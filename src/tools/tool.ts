import type { FailureCode } from '../errors.ts';
import type { FormFile, Method, Page, TextSink } from '../gitlab/request.ts';
import type { Content } from './content.ts';
import type { Reach } from './reach.ts';
import * as z from 'zod';

/** What a call does to GitLab: `destructive` cannot be undone by another call. */
export type Effect = 'read' | 'write' | 'destructive';
export type Fields = Readonly<Record<string, z.ZodType>>;
export type Endpoint = `${Method} /${string}`;
/** Checked arguments, their types forgotten. */
export type Args = Readonly<Record<string, unknown>>;

type Values<F extends Fields> = NoInfer<z.output<z.ZodObject<F>>>;
type Given<F extends Fields> = NoInfer<z.input<z.ZodObject<F>>>;

/** `'project_id' | 'issue_iid'` for `'GET /projects/:project_id/issues/:issue_iid'`. */
type PathName<Path extends string> = Path extends `${string}/:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | PathName<`/${Tail}`>
    : Rest
  : never;

/** Keeps a tool from compiling while its endpoint names something its input lacks. */
type Covers<E extends Endpoint, Input> =
  Exclude<PathName<E>, keyof Input> extends never
    ? unknown
    : { readonly input: Readonly<Record<Exclude<PathName<E>, keyof Input>, z.ZodType>> };

/** Keeps a tool from compiling that neither lies in one project nor says how far it reaches. */
type Reaches<E extends Endpoint> = E extends
  `${Method} /projects/:project_id` | `${Method} /projects/:project_id/${string}`
  ? unknown
  : { readonly reach: Reach };

/** GitLab's answer to one call of a tool. */
export interface Reply {
  readonly body: unknown;
  /** Present where GitLab said which page of a list this is. */
  readonly page?: Page | undefined;
  /** Present where the policy has taken away what belongs to other projects. */
  readonly isFiltered?: boolean;
  /** The Content-Type of a file. */
  readonly type?: string | undefined;
}

export interface AskOptions {
  /** The answer is a file: its body comes as a Buffer. */
  readonly accept?: 'bytes';
}

/** Makes one GitLab call: path parameters are filled from `params`, the rest goes into query (GET, DELETE) or body. */
export type AskGitLab = (endpoint: Endpoint, params: Args, options?: AskOptions) => Promise<Reply>;

/** What is there after a write whose answer was lost; `words` say what is as the call wanted it, whoever made it so. */
interface Found {
  readonly words: string;
  /** Shown as the write's own answer would have been. */
  readonly body?: unknown;
}

/** Whether GitLab's state is as a write wanted it; `cannot tell` where a look does not show that exactly. */
export type Finding = Found | 'not so' | 'cannot tell';

/** How it is seen, with GETs only, exactly and cheaply, whether the state is as a write wanted it. */
interface ReadBack<F extends Fields> {
  /** The arguments that `look` compares, beside the names of the endpoint's path: of a call that gave more it cannot tell. */
  readonly compares: readonly (keyof F & string)[];
  readonly look: Look<Values<F>>;
}

/** Reads a text answer while it streams in, so that a large one is never held whole. */
export interface TextReader extends TextSink {
  finish(): unknown;
}

interface Spec<E extends Endpoint, Input extends Fields, View extends Fields> {
  readonly name: string;
  /** One sentence for models and people: what the tool does, and what is special. */
  readonly summary: string;
  readonly effect: Effect;
  /** GitLab's own words for the call; the path parameters are input fields. */
  readonly endpoint: E;
  /** How far the tool reaches; said by the route where that names one project. */
  readonly reach?: Reach;
  /** A second route, taken when the argument `when` is given. */
  readonly or?: { readonly when: string; readonly endpoint: Endpoint };
  /** What GitLab is asked, under GitLab's own parameter names. */
  readonly input: Input;
  /** What is not a parameter of GitLab's: it changes how the reply is shown, or makes the file of a form. */
  readonly view?: View;
  /** Used by docs, request snapshots and load tests. */
  readonly examples: readonly [Given<Input & View>, ...Given<Input & View>[]];
  /** A rule over several arguments: what is wrong, or nothing. */
  readonly refuses?: (args: Values<Input & View>) => string | undefined;
  /** Must not be sent twice although its method would allow it. */
  readonly once?: true;
  /** Which fields of GitLab's reply are shown, dotted; `author.username` is shown as `author`. */
  readonly shows?: readonly string[];
  /** Shapes the reply instead of `shows`, in at most `maxBytes` of text. */
  readonly reply?: (reply: Reply, args: Values<Input & View>, maxBytes: number) => readonly Content[];
  /** The file that is uploaded; the input that is not in the path goes beside it into the form. */
  readonly form?: (args: Values<Input & View>) => FormFile;
  /** The answer is a file, not JSON. */
  readonly accept?: 'bytes';
  /** For answers in plain text. */
  readonly reads?: (args: Values<Input & View>, maxBytes: number) => TextReader;
  /** For the few tools that need more than one call; `shows` is applied to what it returns. */
  readonly run?: (ask: AskGitLab, args: Values<Input & View>) => Promise<Reply>;
  readonly readBack?: ReadBack<NoInfer<Input & View>>;
  /** What GitLab's status means for this very call, where that is not what it means elsewhere. */
  readonly explains?: Readonly<Record<number, { readonly code?: FailureCode; readonly means: string }>>;
  /** The tool (or, by what was written to, one of several) that tells whether a write with an unknown outcome has happened. */
  readonly verifyWith?: string | readonly string[];
}

/** A tool as the rest of the program sees it: its field types forgotten. */
export interface Tool extends Omit<
  Spec<Endpoint, Fields, Fields>,
  'view' | 'reply' | 'run' | 'reads' | 'refuses' | 'form' | 'readBack' | 'examples'
> {
  readonly view: Fields;
  readonly examples: readonly [Args, ...Args[]];
  readonly refuses?: (args: never) => string | undefined;
  readonly reply?: (reply: Reply, args: never, maxBytes: number) => readonly Content[];
  readonly form?: (args: never) => FormFile;
  readonly reads?: (args: never, maxBytes: number) => TextReader;
  readonly run?: (ask: AskGitLab, args: never) => Promise<Reply>;
  /** Looks whether the state is as the write wanted it, in all that the call gave. */
  readonly readBack?: ((ask: AskGitLab, args: never) => Promise<Finding>) | undefined;
}

/** Declares a tool: see CONTRIBUTING.md for its words. */
export function defineTool<
  const E extends Endpoint,
  Input extends Fields,
  View extends Fields = Record<never, z.ZodType>,
>(spec: Spec<E, Input, View> & Covers<E, Input> & Reaches<E>): Tool {
  const { view = {}, readBack } = spec;
  const names = new Set([...pathNames(spec.endpoint), ...Object.keys(view), ...(readBack?.compares ?? [])]);
  return { ...spec, view, readBack: readBack && onlyOf(names, readBack.look) };
}

const pathNames = (endpoint: Endpoint): readonly string[] => endpoint.match(/(?<=[:*])\w+/gu) ?? [];

type Look<A> = (ask: AskGitLab, args: A) => Promise<Finding>;

/** What was given and is not compared could be other than asked. */
function onlyOf<A extends object>(names: ReadonlySet<string>, look: Look<A>): Look<A> {
  const isCompared = ([name, value]: readonly [string, unknown]): boolean => value === undefined || names.has(name);
  return async (ask, args) => (Object.entries(args).every(isCompared) ? look(ask, args) : 'cannot tell');
}
