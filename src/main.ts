import { startApi } from './api/start.ts';
import { begin } from './begin.ts';
import { startWorker } from './worker/start.ts';

await begin('all', async (parts, crew) => {
  await startWorker({ ...parts, broker: crew });
  await startApi(parts);
});
