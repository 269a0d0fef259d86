import type { MergeRequest } from '../entities/merge-request.ts';
import type { Project } from '../entities/project.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';
import { people } from './people.ts';
import { addCommit, serverSource } from './repository.ts';

function addMergeRequest(
  store: Store,
  project: Project,
  mr: Partial<MergeRequest> & Pick<MergeRequest, 'title' | 'sourceBranch'>,
): MergeRequest {
  const iid = store.nextId(`merge request of ${String(project.id)}`);
  const createdAt = hour(40 + iid);
  const added: MergeRequest = {
    id: store.nextId('merge request'),
    iid,
    description: 'What and why.',
    state: 'opened',
    targetBranch: 'main',
    sourceProjectId: project.id,
    headSha: project.repository.branches.get(mr.sourceBranch)?.sha ?? null,
    baseSha: null,
    labels: [],
    milestoneId: null,
    assigneeIds: [],
    reviewerIds: [],
    authorId: people.bob,
    squash: false,
    removeSourceBranch: true,
    mergeWhenPipelineSucceeds: false,
    preparedAtMs: Date.parse(createdAt),
    checkedAtMs: Date.parse(createdAt),
    createdAt,
    updatedAt: createdAt,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
    closedAt: null,
    closedById: null,
    ...mr,
  };
  project.mergeRequests.set(iid, added);
  return added;
}

/** team/app: !1 merged, !2 mergeable, !3 a draft, !4 in conflict, !5 closed, !6 with diffs over GitLab's limits. */
export function seedMergeRequests(store: Store, app: Project): void {
  seedMerged(store, app);
  const [milestone] = app.milestones.keys();
  branchOff(app, 'feature/login', {
    'src/login.ts': 'export const login = true;\n',
    'src/server.ts': withHealth('ok'),
  });
  addMergeRequest(store, app, {
    title: 'Add the login',
    sourceBranch: 'feature/login',
    labels: ['feature'],
    reviewerIds: [people.alice],
    assigneeIds: [people.bob],
    milestoneId: milestone ?? null,
  });
  branchOff(app, 'feature/draft', { 'src/search.ts': 'export const search = 1;\n' });
  addMergeRequest(store, app, { title: 'Draft: Add the search', sourceBranch: 'feature/draft' });
  branchOff(app, 'conflicting', { 'README.md': '# Application\n\nRewritten on the branch.\n' });
  addCommit(app, {
    branch: 'main',
    message: 'Rewrite the readme',
    files: { 'README.md': '# App\n\nRewritten on main.\n' },
    at: 60,
  });
  addMergeRequest(store, app, { title: 'Rewrite the readme', sourceBranch: 'conflicting' });
  const abandoned = branchOff(app, 'abandoned', { 'src/old.ts': 'export {};\n' });
  const closed = { state: 'closed', closedAt: hour(50), closedById: people.bob, baseSha: abandoned.base } as const;
  addMergeRequest(store, app, { title: 'Try another way', sourceBranch: 'abandoned', ...closed });
  branchOff(app, 'big-change', bigFiles());
  addMergeRequest(store, app, { title: 'Change very much', sourceBranch: 'big-change' });
}

/** A branch from main with one commit. */
function branchOff(
  project: Project,
  branch: string,
  files: Readonly<Record<string, string>>,
): { base: string; head: string } {
  const base = project.repository.branches.get('main')?.sha ?? '';
  const message = `Work on ${branch}`;
  return { base, head: addCommit(project, { branch, message, files, at: 45, startSha: base }).id };
}

function seedMerged(store: Store, app: Project): void {
  const files = { 'src/health.ts': 'export const healthy = true;\n' };
  const { base, head } = branchOff(app, 'health', files);
  const message = "Merge branch 'health' into 'main'\n\nAdd a health check\n\nSee merge request team/app!1";
  const mergeCommit = addCommit(app, { branch: 'main', message, files, at: 46, mergedSha: head });
  app.repository.branches.delete('health');
  addMergeRequest(store, app, {
    title: 'Add a health check',
    sourceBranch: 'health',
    state: 'merged',
    headSha: head,
    baseSha: base,
    mergedAt: hour(46),
    mergedById: people.alice,
    mergeCommitSha: mergeCommit.id,
  });
}

function withHealth(word: string): string {
  return serverSource.replace("'hello'", `'${word}'`);
}

/** 24 small files, one whose patch GitLab collapses and one that is too large for it. */
function bigFiles(): Readonly<Record<string, string>> {
  const small = Array.from({ length: 24 }, (_, index): [string, string] => [
    `src/parts/part-${String(index + 1).padStart(2, '0')}.ts`,
    `export const part = ${String(index + 1)};\n`,
  ]);
  const line = `${'x'.repeat(79)}\n`;
  return {
    ...Object.fromEntries(small),
    'data/collapsed.txt': line.repeat(400),
    'data/too-large.txt': line.repeat(3000),
  };
}
