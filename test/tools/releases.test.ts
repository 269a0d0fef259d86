import { expect, test } from 'vitest';
import { pick } from '../../src/tools/show.ts';
import { refusalOf } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

test('update_release refuses to change nothing', () => {
  expect(refusalOf('update_release', { project_id: 'team/app', tag_name: 'v1' })).toBe(
    'Give at least one thing to change.',
  );
});

test.each(['get_release', 'list_releases', 'create_release'])('%s shows where the assets are', (name) => {
  const link = { id: 1, name: 'app.zip', url: 'https://h/1', direct_asset_url: 'https://h/d', link_type: 'other' };
  const release = {
    tag_name: 'v1.0.0',
    author: { id: 1, username: 'alice' },
    commit: { id: 'abc', title: 'x' },
    milestones: [{ id: 3, title: 'v1.2' }],
    assets: { count: 5, sources: [{ format: 'zip', url: 'https://h/zip' }], links: [link] },
    evidences: [{ sha: 'e1', filepath: 'https://h/e.json', collected_at: '2026-01-05T09:00:00Z' }],
    description_html: '<p>',
    _links: { self: 'https://h/v1.0.0', edit_url: 'https://h/edit' },
  };

  expect(pick(release, toolNamed(name).shows ?? [])).toEqual({
    tag_name: 'v1.0.0',
    author: 'alice',
    commit: 'abc',
    milestones: ['v1.2'],
    assets: [link],
    evidences: release.evidences,
    _links: 'https://h/v1.0.0',
  });
});
