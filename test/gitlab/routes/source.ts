import type { Route } from '../routes.ts';
import { commitRoutes } from './commits.ts';
import { fileRoutes } from './files.ts';
import { repositoryRoutes } from './repository.ts';
import { uploadRoutes } from './uploads.ts';
import { wikiRoutes } from './wikis.ts';

/** What projects keep: the repository, the wiki and uploads. */
export const sourceRoutes: readonly Route[] = [
  ...commitRoutes,
  ...fileRoutes,
  ...repositoryRoutes,
  ...uploadRoutes,
  ...wikiRoutes,
];
