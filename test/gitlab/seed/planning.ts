import type { Project } from '../entities/project.ts';
import { projectUrl } from '../entities/project.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';

/** Labels and milestones of team/app. */
export function seedPlanning(store: Store, app: Project): void {
  const labels = {
    bug: '#D9534F',
    feature: '#5CB85C',
    docs: '#428BCA',
    'priority::high': '#FF0000',
    'needs review': '#F0AD4E',
  };
  for (const [name, color] of Object.entries(labels)) {
    const id = store.nextId('label');
    const priority = name === 'bug' ? 1 : null;
    app.labels.set(id, { id, name, color, description: `Things about ${name}`, priority });
  }
  addMilestone(store, app, { title: 'v1.2', state: 'active', startDate: '2026-01-05', dueDate: '2027-12-31' });
  addMilestone(store, app, { title: 'v1.1', state: 'closed', startDate: null, dueDate: null });
}

interface NewMilestone {
  readonly title: string;
  readonly state: 'active' | 'closed';
  readonly startDate: string | null;
  readonly dueDate: string | null;
}

function addMilestone(store: Store, project: Project, milestone: NewMilestone): void {
  const id = store.nextId('milestone');
  project.milestones.set(id, {
    id,
    iid: project.milestones.size + 1,
    ownerUrl: projectUrl(store, project),
    projectId: project.id,
    groupId: null,
    description: `The way to ${milestone.title}`,
    createdAt: hour(1),
    updatedAt: hour(1),
    ...milestone,
  });
}
