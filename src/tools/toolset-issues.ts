export * from './issue-links.ts';
export * from './issue-notes.ts';
export * from './issues.ts';
