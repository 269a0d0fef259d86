import type { ProjectContext } from './context.ts';
import type { Event } from './entities/event.ts';

type Target = Pick<Event, 'targetId' | 'targetIid' | 'targetType' | 'targetTitle'>;

const noTarget: Target = { targetId: null, targetIid: null, targetType: null, targetTitle: null };

interface Happening {
  /** GitLab's words: `opened`, `pushed to`, … */
  readonly action: string;
  readonly target?: Target;
  readonly push?: Event['push'];
}

/** Writes down what the viewer did, and when the project was last active. */
export function record({ store, viewer, project }: ProjectContext, { action, target, push }: Happening): void {
  const createdAt = store.timestamp();
  project.events.push({
    id: store.nextId('event'),
    projectId: project.id,
    authorId: viewer.id,
    actionName: action,
    ...(target ?? noTarget),
    push: push ?? null,
    createdAt,
  });
  const current = store.projects.get(project.id);
  if (current !== undefined) store.putProject({ ...current, lastActivityAt: createdAt });
}
