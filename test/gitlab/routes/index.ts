import type { Route } from '../routes.ts';
import { deliveryRoutes } from './delivery.ts';
import { discussionRoutes } from './discussions.ts';
import { issueRoutes } from './issues.ts';
import { mergeRequestRoutes } from './merge-requests.ts';
import { peopleRoutes } from './people.ts';
import { planningRoutes } from './planning.ts';
import { projectRoutes } from './projects.ts';
import { sourceRoutes } from './source.ts';

/** Every endpoint; a new one is one entry in the file of its resource. */
export const allRoutes: readonly Route[] = [
  ...deliveryRoutes,
  ...discussionRoutes,
  ...issueRoutes,
  ...mergeRequestRoutes,
  ...peopleRoutes,
  ...planningRoutes,
  ...projectRoutes,
  ...sourceRoutes,
];
