import { groupNamespace } from '../entities/group.ts';
import type { Project } from '../entities/project.ts';
import { levels } from '../entities/user.ts';
import { createProject } from '../new-project.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';
import { seedCi } from './ci.ts';
import { addIssue, seedIssues } from './issues.ts';
import { seedMergeRequests } from './merge-requests.ts';
import { member, people, seedGroups, seedPeople } from './people.ts';
import { seedPapers } from './papers.ts';
import { seedPlanning } from './planning.ts';
import { addCommit, seedAppRepository } from './repository.ts';
import { seedReleases } from './releases.ts';
import { seedTalk } from './talk.ts';

/** The sample: users, the groups `team` and `secret`, and their projects. */
export function seedSample(store: Store): void {
  seedPeople(store);
  const { team, subgroup, secret, open } = seedGroups(store);
  const common = { visibility: 'private', creatorId: people.alice, createdAt: hour(0) } as const;
  const teamwork = { ...common, namespace: groupNamespace(team) };
  const app = createProject(store, { ...teamwork, name: 'App', path: 'app', description: 'The sample application' });
  store.moved.set('team/old-app', app.id);
  seedApp(store, app);
  const lib = createProject(store, {
    ...teamwork,
    name: 'Lib',
    path: 'lib',
    description: 'A library',
    pipelineMustSucceed: true,
  });
  const deep = {
    ...common,
    namespace: groupNamespace(subgroup),
    name: 'Deep.Project',
    path: 'deep.project',
    description: '',
  };
  const inside = createProject(store, deep);
  const vault = {
    ...common,
    namespace: groupNamespace(secret),
    name: 'Vault',
    path: 'vault',
    creatorId: people.mallory,
  };
  const hidden = createProject(store, { ...vault, description: 'Nothing to see' });
  const book = {
    ...common,
    namespace: groupNamespace(open),
    name: 'Handbook',
    path: 'handbook',
    creatorId: people.olga,
  };
  const handbook = createProject(store, { ...book, visibility: 'public', description: 'For everyone' });
  for (const project of [lib, inside, hidden, handbook]) seedSmall(store, project);
  for (const project of [app, lib, inside]) seedTeam(project);
}

function seedApp(store: Store, app: Project): void {
  seedAppRepository(app);
  seedPlanning(store, app);
  seedIssues(store, app);
  seedMergeRequests(store, app);
  seedCi(store, app);
  seedTalk(store, app);
  seedReleases(store, app);
  seedPapers(store, app);
}

function seedTeam(project: Project): void {
  const team = [member('alice', levels.maintainer), member('bob', levels.developer), member('carol', levels.reporter)];
  for (const each of team) project.members.set(each.userId, each);
}

/** A readme and an issue. */
function seedSmall(store: Store, project: Project): void {
  const files = { 'README.md': `# ${project.name}\n` };
  addCommit(project, { branch: 'main', message: 'Initial commit', files, at: 0 });
  addIssue(store, project, { title: `First issue of ${project.name}`, authorId: project.creatorId });
}
