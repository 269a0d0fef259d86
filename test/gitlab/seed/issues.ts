import type { Issue } from '../entities/issue.ts';
import type { Project } from '../entities/project.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';
import { people } from './people.ts';

/** Adds an issue, in most things plain. */
export function addIssue(store: Store, project: Project, issue: Partial<Issue> & Pick<Issue, 'title'>): Issue {
  const iid = store.nextId(`issue of ${String(project.id)}`);
  const added: Issue = {
    id: store.nextId('issue'),
    iid,
    description: '',
    state: 'opened',
    labels: [],
    milestoneId: null,
    assigneeIds: [],
    authorId: people.alice,
    confidential: false,
    discussionLocked: null,
    issueType: 'issue',
    weight: null,
    dueDate: null,
    createdAt: hour(iid),
    updatedAt: hour(iid),
    closedAt: null,
    closedById: null,
    ...issue,
  };
  project.issues.set(iid, added);
  return added;
}

/** Adds many plain issues, for long lists. */
export function createIssues(store: Store, project: Project, count: number): void {
  const createdAt = store.timestamp();
  for (let number = 1; number <= count; number += 1) {
    addIssue(store, project, { title: `Bulk issue ${String(number)}`, createdAt, updatedAt: createdAt });
  }
}

/** 45 issues of team/app: open, closed, labelled, confidential, in milestones. */
export function seedIssues(store: Store, app: Project): void {
  const [milestone] = app.milestones.keys();
  const milestoneId = milestone ?? null;
  addIssue(store, app, {
    title: 'Login fails with ümlauts in the password 🔒',
    description: 'Steps:\n\n- [x] open the page\n- [ ] type `pässword`\n\n<script>alert(1)</script> is not run.',
    labels: ['bug', 'priority::high'],
    assigneeIds: [people.bob],
    milestoneId,
  });
  addIssue(store, app, {
    title: 'Write a guide for new colleagues',
    labels: ['docs'],
    authorId: people.bob,
    milestoneId,
  });
  addIssue(store, app, {
    title: 'The signing key is in the log',
    confidential: true,
    authorId: people.olga,
    labels: ['bug'],
  });
  const closed = { state: 'closed', closedAt: hour(40), closedById: people.bob } as const;
  addIssue(store, app, { title: 'The build is slow', labels: ['bug'], milestoneId, ...closed });
  for (let number = 5; number <= 45; number += 1) {
    addIssue(store, app, {
      title: `Improve module ${String(number)}`,
      description: `Module ${String(number)} needs a test.`,
      labels: number % 3 === 0 ? ['feature'] : [],
      assigneeIds: number % 5 === 0 ? [people.alice] : [],
      authorId: number % 2 === 0 ? people.alice : people.bob,
      ...(number % 4 === 0 && closed),
    });
  }
}
