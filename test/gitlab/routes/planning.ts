import type { Route } from '../routes.ts';
import { draftNoteRoutes } from './draft-notes.ts';
import { issueLinkRoutes } from './issue-links.ts';
import { labelRoutes } from './labels.ts';
import { milestoneRoutes } from './milestones.ts';

/** Around issues and merge requests. */
export const planningRoutes: readonly Route[] = [
  ...draftNoteRoutes,
  ...issueLinkRoutes,
  ...labelRoutes,
  ...milestoneRoutes,
];
