import type { ProjectContext } from './context.ts';

/** Makes the labels that the project does not have yet, as GitLab does when they are put on an issue. */
export function ensureLabels({ store, project }: ProjectContext, names: readonly string[]): void {
  const known = new Set([...project.labels.values()].map((label) => label.name));
  for (const name of names) {
    if (known.has(name)) continue;
    const id = store.nextId('label');
    project.labels.set(id, { id, name, color: '#428BCA', description: null, priority: null });
  }
}
