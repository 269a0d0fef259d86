import { startApi } from './api/start.ts';
import { begin } from './begin.ts';
import { startWorker } from './worker/start.ts';

await begin('all', async (parts, crew) => {
  // The worker waits for Redis; meanwhile the API says so.
  await Promise.all([startWorker({ ...parts, broker: crew }), startApi(parts)]);
});
