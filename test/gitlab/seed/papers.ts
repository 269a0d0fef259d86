import type { Project } from '../entities/project.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';
import { people } from './people.ts';

/** The upload of team/app: `<secret>/notes.txt`. */
const uploadSecret = '0123456789abcdef0123456789abcdef';

/** Wiki pages, an upload and the events of team/app. */
export function seedPapers(store: Store, app: Project): void {
  const pages = { home: 'Home', 'guides/setup': 'guides/setup', 'FAQ-for-users': 'FAQ for users' };
  for (const [slug, title] of Object.entries(pages)) {
    const id = store.nextId('wiki page');
    app.wikiPages.set(slug, { id, slug, title, content: `# ${title}\n\nText.\n`, format: 'markdown' });
  }
  app.files.set(`${uploadSecret}/notes.txt`, { name: 'notes.txt', bytes: Buffer.from('Notes, with ümlauts.\n') });
  const none = { targetId: null, targetIid: null, targetType: null, targetTitle: null, push: null };
  const add = (event: object, hours: number): void => {
    const id = store.nextId('event');
    const common = { id, projectId: app.id, authorId: people.bob, createdAt: hour(hours) };
    app.events.push({ ...common, ...none, actionName: 'joined', ...event });
  };
  add({}, 0);
  const sha = app.repository.branches.get('main')?.sha ?? '';
  add({ actionName: 'pushed to', push: { ref: 'main', sha, title: 'Rewrite the readme' } }, 60);
  for (const issue of app.issues.values()) {
    if (issue.iid > 4) break;
    const { id, iid, title } = issue;
    add({ actionName: 'opened', targetId: id, targetIid: iid, targetType: 'Issue', targetTitle: title }, 61 + iid);
  }
}
