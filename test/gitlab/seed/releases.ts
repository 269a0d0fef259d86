import type { Project } from '../entities/project.ts';
import { packageUrl } from '../entities/release.ts';
import type { Release } from '../entities/release.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';
import { people } from './people.ts';

/** Releases v1.0.0 and v1.1.0 of team/app; the second with an asset here and one on another host. */
export function seedReleases(store: Store, app: Project): void {
  const place = 'app/1.1.0/app.zip';
  app.files.set(place, { name: 'app.zip', bytes: Buffer.from('504b0506000000000000000000000000000000000000', 'hex') });
  const link = { type: 'package', directAssetPath: '/bin/app.zip' };
  const here = { ...link, id: store.nextId('release link'), name: 'app.zip', url: packageUrl(store, app, place) };
  const elsewhere = {
    id: store.nextId('release link'),
    name: 'mirror',
    url: 'https://downloads.example.com/app.zip',
    directAssetPath: '/mirror/app.zip',
    type: 'other',
  };
  addRelease(app, { tagName: 'v1.0.0', hours: 20 });
  addRelease(app, {
    tagName: 'v1.1.0',
    hours: 30,
    links: [here, elsewhere],
    milestoneIds: [...app.milestones.keys()].slice(1),
  });
}

interface NewRelease extends Partial<Release> {
  readonly tagName: string;
  readonly hours: number;
}

function addRelease(app: Project, { tagName, hours, ...rest }: NewRelease): void {
  app.releases.set(tagName, {
    tagName,
    name: `Release ${tagName}`,
    description: `What is new in ${tagName}`,
    authorId: people.alice,
    sha: app.repository.tags.get(tagName)?.sha ?? '',
    milestoneIds: [],
    links: [],
    evidences: [],
    createdAt: hour(hours),
    releasedAt: hour(hours),
    ...rest,
  });
}
