import type { Project } from '../entities/project.ts';
import { commit, createBlob } from '../repository/repository.ts';
import type { Change, Commit } from '../repository/repository.ts';
import { hour } from './calendar.ts';

type Files = Readonly<Record<string, string | Buffer | null>>;

interface NewCommit {
  readonly branch: string;
  readonly message: string;
  readonly files: Files;
  readonly at: number;
  readonly startSha?: string | undefined;
  readonly mergedSha?: string;
}

export function addCommit(project: Project, { branch, message, files, at, ...rest }: NewCommit): Commit {
  const changes = Object.entries(files).map(([path, content]): [string, Change] => [
    path,
    content === null ? null : file(path, content),
  ]);
  const author = { name: 'Alice Adams', email: 'alice@example.com' };
  const changed = { branch, message, author, committedAt: hour(at), changes: new Map(changes), ...rest };
  return commit(project.repository, changed);
}

function file(path: string, content: string | Buffer): Change {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { blob: createBlob(bytes), mode: path.endsWith('.sh') ? '100755' : '100644' };
}

/** The history of team/app: more commits, files and branches than one page shows. */
export function seedAppRepository(app: Project): void {
  addCommit(app, { branch: 'main', message: 'Initial commit', files: { 'README.md': readme }, at: 0 });
  addCommit(app, { branch: 'main', message: 'Add the application\n\nWith its CI.', files: applicationFiles(), at: 1 });
  addCommit(app, { branch: 'main', message: 'Add all modules', files: moduleFiles(), at: 2 });
  for (let number = 1; number <= 24; number += 1) {
    const entries = Array.from({ length: number }, (_, index) => `- change ${String(index + 1)}\n`).join('');
    const files = { 'CHANGELOG.md': `# Changes\n\n${entries}` };
    addCommit(app, { branch: 'main', message: `Write down change ${String(number)}`, files, at: 3 + number });
    if (number === 10) tag(app, 'v1.0.0');
  }
  tag(app, 'v1.1.0');
  const head = app.repository.branches.get('main')?.sha ?? '';
  app.repository.branches.set('production', { name: 'production', sha: head, pushLevel: 40 });
}

function tag(project: Project, name: string): void {
  const sha = project.repository.branches.get('main')?.sha ?? '';
  project.repository.tags.set(name, { name, sha, message: `Release ${name}` });
}

const readme = '# App\n\nThe sample application of the stand-in GitLab.\n\n## Use\n\n    npm start\n';

export const serverSource = `import { createServer } from 'node:http';

export function start(port: number): void {
  createServer((request, response) => {
    response.end('hello');
  }).listen(port);
}
`;

function applicationFiles(): Files {
  return {
    '.gitlab-ci.yml': 'stages: [build, test, deploy]\n',
    'package.json': '{ "name": "app", "version": "1.1.0" }\n',
    'src/index.ts': "import { start } from './server.ts';\n\nstart(8080);\n",
    'src/server.ts': serverSource,
    'bin/run.sh': '#!/bin/sh\nexec node src/index.ts\n',
    'docs/guide.md': '# Guide\n\nRead this first.\n',
    'docs/my notes.md': 'A path with a space.\n',
    'docs/größe.md': '# Größe\n\nNicht-ASCII: äöü €\n',
    'assets/logo.png': Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex'),
    'CHANGELOG.md': '# Changes\n',
  };
}

function moduleFiles(): Files {
  const numbers = Array.from({ length: 120 }, (_, index) => String(index + 1).padStart(3, '0'));
  return Object.fromEntries(
    numbers.map((number) => [
      `src/modules/module-${number}.ts`,
      `export const module${number} = ${String(Number(number))};\n`,
    ]),
  );
}
