import type { Route } from '../routes.ts';
import { commitRoutes } from './commits.ts';
import { discussionRoutes } from './discussions.ts';
import { fileRoutes } from './files.ts';
import { issueRoutes } from './issues.ts';
import { jobRoutes } from './jobs.ts';
import { mergeRequestRoutes } from './merge-requests.ts';
import { projectRoutes } from './projects.ts';
import { repositoryRoutes } from './repository.ts';
import { userRoutes } from './users.ts';

export const allRoutes: readonly Route[] = [
  ...commitRoutes,
  ...discussionRoutes,
  ...fileRoutes,
  ...issueRoutes,
  ...jobRoutes,
  ...mergeRequestRoutes,
  ...projectRoutes,
  ...repositoryRoutes,
  ...userRoutes,
];
