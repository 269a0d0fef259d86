/** How a project that is on no list (team/lib, number 2; team/app is number 1) is asked for. */
interface Spelling {
  readonly how: string;
  readonly project: unknown;
  /** Whether it can be a project's name at all. */
  readonly isName: boolean;
}

const name = (how: string, project: unknown): Spelling => ({ how, project, isName: true });
const nonsense = (how: string, project: unknown): Spelling => ({ how, project, isName: false });

export const spellings: readonly Spelling[] = [
  name('by its number', 2),
  name('by its path', 'team/lib'),
  name('by its number as text', '2'),
  name('by its encoded path', 'team%2Flib'),
  name('in upper case', 'TEAM/LIB'),
  name('with spaces around it', ' team/lib '),
  name('with zeros before its number', '0002'),
  name('encoded in lower case, with dots encoded', 'team%2flib'),
  name('below the allowed path', 'team/app/lib'),
  name('with the allowed path as a beginning', 'team/app2'),
  name('as a path that begins with the allowed number', '1/issues'),
  name('as a project that GitLab hides from the caller', 'secret/vault'),
  name('as a public project', 'open/handbook'),
  name('as a project that is not there', 'team/none'),
  nonsense('with a slash behind it', 'team/lib/'),
  nonsense('with two slashes', 'team//lib'),
  nonsense('by .. from the allowed path', 'team/app/../lib'),
  nonsense('by %2e%2e from the allowed path', 'team/app/%2e%2e/lib'),
  nonsense('encoded twice', 'team%252Flib'),
  nonsense('as a number with an exponent', '2e0'),
  nonsense('as a decimal number', '2.0'),
  nonsense('as a negative number', -2),
  nonsense('behind a query', 'team/app?id=2/x'),
  nonsense('behind a fragment', 'team/app#/../lib'),
  nonsense('with backslashes', String.raw`team/app\..\lib`),
  nonsense('behind a NUL', 'team/app\u{0}/lib'),
  nonsense('with a full-width slash', 'team／lib'),
  nonsense('in a list beside the allowed one', ['team/app', 'team/lib']),
  nonsense('as an object', { id: 2 }),
];
