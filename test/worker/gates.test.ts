import { describe, expect, test } from 'vitest';
import { tools } from '../../src/tools/index.ts';
import { requestFor } from '../../src/tools/request.ts';
import type { Args } from '../../src/tools/tool.ts';
import { firstRequest } from '../../src/worker/foresight.ts';
import { createGates } from '../../src/worker/gates.ts';
import type { Gates } from '../../src/worker/gates.ts';

const COM = 'https://gitlab.com/api/v4';
const OWN = 'https://gitlab.example.com/api/v4';
type Limits = Parameters<typeof createGates>[0]['limits'];

let now = 0;
const gatesOf = (apiUrl: string, limits: Limits = []): Gates =>
  createGates({ apiUrl, limits, tools, hash: (label, value) => `${label}: ${value}`, now: () => now });

const perMinute = (requests: number): object => ({ requests, periodMs: 60_000 });
const issue = requestFor('POST /projects/:id/issues', { id: 7, title: 'T' });
const search = requestFor('GET /projects/:id/search', { id: 7, scope: 'blobs' });
const label = requestFor('GET /projects/:id/labels', { id: 7 });

const ofCall = (gates: Gates, tool: string, args: Args): ReturnType<Gates['ofFirst']> =>
  gates.ofFirst('t', firstRequest(tools, { tool, args: { ...args } }));
const keysOf = (all: ReturnType<Gates['ofFirst']>): readonly string[] => all.map(({ key }) => key);

describe('the gates of a request to gitlab.com', () => {
  const gates = gatesOf(COM);

  test('are its address, its token, and its endpoint class, with their numbers', () => {
    expect(gates.ofRequest('t', issue)).toEqual({
      all: [
        { key: `gate host: ${COM}`, limit: perMinute(2000) },
        { key: `gate token: ${COM} t`, limit: perMinute(2000), asksFirst: true },
        { key: `gate token issues: ${COM} t`, limit: perMinute(200) },
      ],
      host: `gate host: ${COM}`,
      token: `gate token: ${COM} t`,
      endpointClass: `gate token issues: ${COM} t`,
      route: undefined,
    });
  });

  test('hold all tokens together where GitLab counts a class by address', () => {
    const [, , one] = gates.ofRequest('t', search).all;
    const [, , other] = gates.ofRequest('u', search).all;

    expect(one).toEqual({ key: `gate host search: ${COM}`, limit: perMinute(10) });
    expect(other).toEqual(one);
  });

  test('are two where no class is counted apart', () => {
    const { all, endpointClass } = gates.ofRequest('t', label);

    expect([all.length, endpointClass]).toEqual([2, undefined]);
  });
});

test('of another GitLab no number is known beforehand', () => {
  const gates = gatesOf(OWN);
  const all = [...gates.ofRequest('t', issue).all, ...gates.ofRequest('t', search).all];

  expect(all.map(({ limit }) => limit)).toEqual(all.map(() => undefined));
});

test('numbers by hand come before those of gitlab.com, and off leaves none', () => {
  const given: Limits = [
    { name: 'api', limit: { requests: 600, periodMs: 30_000 } },
    { name: 'issues', limit: undefined },
  ];
  const limits = [COM, OWN].map((apiUrl) =>
    gatesOf(apiUrl, given)
      .ofRequest('t', issue)
      .all.map(({ limit }) => limit),
  );

  expect(limits).toEqual([
    [perMinute(2000), { requests: 600, periodMs: 30_000 }, undefined],
    [undefined, { requests: 600, periodMs: 30_000 }, undefined],
  ]);
});

test('each GitLab has its own gates', () => {
  const keys = [COM, OWN, `${OWN}2`].flatMap((apiUrl) => keysOf(gatesOf(apiUrl).ofRequest('t', issue).all));

  expect(new Set(keys).size).toBe(keys.length);
});

const link = (id: string | number): ReturnType<typeof requestFor> =>
  requestFor('POST /projects/:id/issues/:iid/links', { id, iid: 7 });

describe('a route without a class', () => {
  const key = `gate route: ${OWN} t POST /projects/:/issues/:/links`;

  test('has a gate of its own, which is passed for an hour after a refusal there', () => {
    const gates = gatesOf(OWN);
    const passed = (): boolean => keysOf(gates.ofRequest('t', link(7)).all).includes(key);
    const before = passed();
    gates.refused(gates.ofRequest('t', link('team/app')).route ?? '');
    const after = passed();
    now += 3_599_999;
    const late = passed();
    now += 1;
    const afterwards = passed();
    now = 0;

    expect([before, after, late, afterwards]).toEqual([false, true, true, false]);
  });

  test('is the same for every project, and another for another token, method or route', () => {
    const gates = gatesOf(OWN);
    const { route } = gates.ofRequest('t', link('team/app'));
    const others = [
      gates.ofRequest('u', link(7)),
      gates.ofRequest('t', { ...link(7), method: 'GET' }),
      gates.ofRequest('t', label),
    ];

    expect(route).toBe(key);
    expect(others.map((each) => each.route)).not.toContain(key);
  });

  test('is passed by a call that begins with it, too', () => {
    const gates = gatesOf(OWN);
    const { route } = gates.ofRequest('t', requestFor('GET /projects/:id/issues/:iid', { id: 9, iid: 1 }));
    gates.refused(route ?? '');

    expect(keysOf(ofCall(gates, 'get_issue', { project_id: 'team/app', issue_iid: 7 }))).toContain(route);
    expect(keysOf(ofCall(gates, 'get_issue', {}))).toEqual([`gate host: ${OWN}`, `gate token: ${OWN} t`]);
  });

  test.each([
    ['/projects/7/labels/bug', '/projects/:/labels/:'],
    ['/projects/team%2Fapp/releases/v1/downloads/bin/a/b', '/projects/:/releases/:/downloads/:'],
    ['/projects/7/uploads/0af/a.png', '/projects/:/uploads/:'],
    ['/projects/7/repository/branches/main', '/projects/:/repository/branches/:'],
    ['/users', '/users'],
  ])('%s is of the route %s', (path, route) => {
    const asked = gatesOf(OWN).ofRequest('t', { method: 'DELETE', path, query: {}, accept: 'json' });

    expect(asked.route).toBe(`gate route: ${OWN} t DELETE ${route}`);
  });
});

describe('the gates of a call', () => {
  const gates = gatesOf(OWN);

  test.each([
    ['get_issue', { project_id: 'team/app', issue_iid: 7 }, undefined],
    ['create_issue', { project_id: 'team/app', title: 'T' }, 'issues'],
    ['create_or_update_file', { project_id: 'team/app', file_path: 'a/b', branch: 'main' }, 'files'],
    ['list_projects', { search: 'app' }, 'projects'],
    ['list_projects', { namespace: 'team' }, 'group_projects'],
    ['list_issues', { project_id: 'team/app', search: 'words' }, 'list_search'],
    ['create_issue', {}, undefined],
    ['no_such_tool', {}, undefined],
  ])('%s with %j: the class %s', (tool, args, name) => {
    const keys = [`gate host: ${OWN}`, `gate token: ${OWN} t`];
    const all = name === undefined ? keys : [...keys, `gate token ${name}: ${OWN} t`];

    expect(keysOf(ofCall(gates, tool, args))).toEqual(all);
  });

  test('are those of the request that it makes', () => {
    const all = gates.ofRequest('t', requestFor('GET /projects/:id/issues/:iid', { id: 'team/app', iid: 7 })).all;

    expect(ofCall(gates, 'get_issue', { project_id: 'team/app', issue_iid: 7 })).toEqual(all);
  });

  test.each([...tools.values()].flatMap((tool) => tool.examples.map((args) => [tool.name, args] as const)))(
    '%s with %j: never more than three, and none twice',
    (tool, args) => {
      const keys = keysOf(ofCall(gates, tool, args));

      expect(keys.length).toBeLessThanOrEqual(3);
      expect(new Set(keys).size).toBe(keys.length);
    },
  );
});
