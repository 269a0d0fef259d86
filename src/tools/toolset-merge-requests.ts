export * from './discussions.ts';
export * from './draft-notes.ts';
export * from './merge-request-diffs.ts';
export * from './merge-requests.ts';
