import type { Route } from '../routes.ts';
import { jobRoutes } from './jobs.ts';
import { pipelineRoutes } from './pipelines.ts';
import { releaseRoutes } from './releases.ts';

/** From the commit to the release. */
export const deliveryRoutes: readonly Route[] = [...jobRoutes, ...pipelineRoutes, ...releaseRoutes];
