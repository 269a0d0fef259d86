import { begin } from '../begin.ts';
import { startApi } from './start.ts';

await begin('api', async (parts) => {
  await startApi(parts);
});
