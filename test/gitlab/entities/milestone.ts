import type { Store } from '../store.ts';

export interface Milestone {
  readonly id: number;
  readonly iid: number;
  /** The project's or group's web address. */
  readonly ownerUrl: string;
  readonly projectId: number | null;
  readonly groupId: number | null;
  readonly title: string;
  readonly description: string | null;
  readonly state: 'active' | 'closed';
  readonly startDate: string | null;
  readonly dueDate: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function showMilestone(store: Store, milestone: Milestone): Readonly<Record<string, unknown>> {
  const { id, iid, projectId, groupId, title, description, state, dueDate } = milestone;
  return {
    id,
    iid,
    ...(projectId === null ? { group_id: groupId } : { project_id: projectId }),
    title,
    description,
    state,
    created_at: milestone.createdAt,
    updated_at: milestone.updatedAt,
    due_date: dueDate,
    start_date: milestone.startDate,
    expired: dueDate !== null && dueDate < store.timestamp().slice(0, 10),
    web_url: `${milestone.ownerUrl}/-/milestones/${String(iid)}`,
  };
}
