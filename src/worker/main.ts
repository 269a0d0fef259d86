import { begin } from '../begin.ts';
import { startWorker } from './start.ts';

await begin('worker', startWorker);
