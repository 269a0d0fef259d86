import type { Route } from '../routes.ts';
import { eventRoutes } from './events.ts';
import { namespaceRoutes } from './namespaces.ts';
import { newProjectRoutes } from './new-projects.ts';
import { userRoutes } from './users.ts';

/** Users, where they may create projects, and what they did. */
export const peopleRoutes: readonly Route[] = [...eventRoutes, ...namespaceRoutes, ...newProjectRoutes, ...userRoutes];
