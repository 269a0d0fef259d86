export * from './wiki-attachments.ts';
export * from './wikis.ts';
