import type { Store } from '../store.ts';
import { showUserId } from './user.ts';

export interface Event {
  readonly id: number;
  readonly projectId: number;
  readonly authorId: number;
  /** GitLab's words: `opened`, `closed`, `pushed to`, `commented on`, … */
  readonly actionName: string;
  readonly targetId: number | null;
  readonly targetIid: number | null;
  readonly targetType: string | null;
  readonly targetTitle: string | null;
  readonly push: { readonly ref: string; readonly sha: string; readonly title: string } | null;
  readonly createdAt: string;
}

export function showEvent(store: Store, event: Event): unknown {
  const { push } = event;
  return {
    id: event.id,
    project_id: event.projectId,
    action_name: event.actionName,
    target_id: event.targetId,
    target_iid: event.targetIid,
    target_type: event.targetType,
    author_id: event.authorId,
    target_title: event.targetTitle,
    created_at: event.createdAt,
    author: showUserId(store, event.authorId),
    imported: false,
    imported_from: 'none',
    ...(push && {
      push_data: {
        commit_count: 1,
        action: 'pushed',
        ref_type: 'branch',
        commit_from: null,
        commit_to: push.sha,
        ref: push.ref,
        commit_title: push.title,
        ref_count: null,
      },
    }),
    author_username: store.users.get(event.authorId)?.username ?? '',
  };
}
