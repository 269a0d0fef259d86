import { describe, expect, test } from 'vitest';
import { narrow } from '../../src/api/narrow.ts';
import type { Grants } from '../../src/caller.ts';

const grants: Grants = {
  readOnly: false,
  toolsets: ['issues', 'projects'],
  allowedProjects: [],
  allowedTools: [],
  deniedTools: [],
  destructive: true,
};

test('a request without such headers keeps what the deployment grants', () => {
  expect(narrow(grants, { 'x-other': ['1'] })).toEqual(grants);
});

describe('X-MCP-Readonly', () => {
  test.each(['true', 'True', '1', 'yes', ' true '])('%j takes the writes away', (value) => {
    expect(narrow(grants, { 'x-mcp-readonly': [value] }).readOnly).toBe(true);
  });

  test.each(['false', '0', 'no', ''])('%j takes nothing away', (value) => {
    expect(narrow(grants, { 'x-mcp-readonly': [value] }).readOnly).toBe(false);
  });

  test('false gives no writes where the deployment has none', () => {
    expect(narrow({ ...grants, readOnly: true }, { 'x-mcp-readonly': ['false'] }).readOnly).toBe(true);
  });

  test('sent twice takes the writes away where one says so', () => {
    expect(narrow(grants, { 'x-mcp-readonly': ['false', 'true'] }).readOnly).toBe(true);
  });

  test('that cannot be understood is refused', () => {
    expect(() => narrow(grants, { 'x-mcp-readonly': ['tru'] })).toThrow(/X-MCP-Readonly is "tru"/u);
  });
});

describe('X-MCP-Toolsets', () => {
  test.each([
    [['issues'], ['issues']],
    [['Issues , pipelines'], ['issues']],
    [
      ['issues', 'projects'],
      ['issues', 'projects'],
    ],
    [['pipelines'], []],
    [['all'], ['issues', 'projects']],
    [['all,issues'], ['issues', 'projects']],
  ])('%j leaves %j', (sent, left) => {
    expect(narrow(grants, { 'x-mcp-toolsets': sent }).toolsets).toEqual(left);
  });

  test('that names an unknown one is refused with the known ones', () => {
    expect(() => narrow(grants, { 'x-mcp-toolsets': ['issues,isues'] })).toThrow(
      /"isues".*There are: projects, files/u,
    );
  });

  test.each(['', ' , '])('%j is refused', (value) => {
    expect(() => narrow(grants, { 'x-mcp-toolsets': [value] })).toThrow(/X-MCP-Toolsets is empty/u);
  });
});

describe('X-GitLab-Allowed-Project-Ids', () => {
  const sent = { 'x-gitlab-allowed-project-ids': ['team/app, 7'] };

  test('is the list where the deployment has none', () => {
    expect(narrow(grants, sent).allowedProjects).toEqual([['team/app', '7']]);
  });

  test('is a further list beside that of the deployment, and takes its place never', () => {
    expect(narrow({ ...grants, allowedProjects: [['8']] }, sent).allowedProjects).toEqual([['8'], ['team/app', '7']]);
  });

  test.each(['', ' , '])('%j is refused, since no list would allow all', (value) => {
    expect(() => narrow(grants, { 'x-gitlab-allowed-project-ids': [value] })).toThrow(/is empty/u);
  });

  test.each(['app', 'team/app;7', '*', 'team%2Fapp'])('%j is refused', (value) => {
    expect(() => narrow(grants, { 'x-gitlab-allowed-project-ids': [value] })).toThrow(/neither an id nor a full path/u);
  });
});
