export * from './release-assets.ts';
export * from './releases.ts';
