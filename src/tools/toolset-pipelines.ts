export * from './jobs.ts';
export * from './pipelines.ts';
