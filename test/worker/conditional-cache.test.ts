import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { GitLabClient } from '../../src/gitlab/client.ts';
import type { GitLabRequest, GitLabResponse } from '../../src/gitlab/request.ts';
import type { ReadCache } from '../../src/queue/read-cache.ts';
import { alice, cached, get, memoryCache, ok, scripted } from './conditional-bench.ts';

describe('a write', () => {
  const paths = [
    '/projects/1',
    '/projects/1/issues',
    '/projects/1/issues/7',
    '/projects/1/issues/7/notes',
    '/projects/1/issues/7/notes/3',
    '/projects/1/issues/70',
    '/projects/1/labels',
    '/projects/10',
    '/user',
  ];

  test.each<[GitLabRequest['method'], string, readonly string[]]>([
    ['PUT', '/projects/1/issues/7', ['/projects/1/issues', '/projects/1/issues/7', '/projects/1/issues/7/notes']],
    ['POST', '/projects/1/issues', ['/projects/1', ...paths.slice(1, 3), '/projects/1/issues/70']],
    ['POST', '/projects/1/issues/7/notes', paths.slice(2, 5)],
    ['DELETE', '/projects/1/issues/7/notes/3', paths.slice(3, 5)],
    ['PUT', '/projects/1', ['/projects/1', '/projects/1/issues', '/projects/1/labels']],
    ['PUT', '/user', ['/user']],
  ])('%s %s drops what it touches', async (method, path, touched) => {
    const { client, etags } = scripted();
    const { client: reader } = cached(client);
    await Promise.all(paths.map(async (each) => reader.send(get(each), alice)));
    await turn();
    await reader.send({ ...get(path), method }, alice);
    etags.length = 0;
    await Promise.all(paths.map(async (each) => reader.send(get(each), alice)));

    expect(paths.filter((_, at) => etags[at] === undefined)).toEqual(touched);
  });

  test('drops nothing of another token', async () => {
    const { client, etags } = scripted();
    const { client: reader } = cached(client);
    const other = { ...alice, token: 'glpat-olga' };
    await reader.send(get('/user'), other);
    await turn();
    await reader.send({ ...get('/user'), method: 'PUT' }, alice);
    await reader.send(get('/user'), other);

    expect(etags.at(-1)).toBe('W/"1"');
  });

  test('drops before it is sent, and after it also when it fails', async () => {
    const events: string[] = [];
    const cache: ReadCache = {
      ...memoryCache(),
      drop: async () => {
        events.push('drop');
      },
    };
    const failing: GitLabClient = {
      send: async () => {
        events.push('send');
        throw new Error('reset');
      },
      close: async () => undefined,
    };

    await expect(cached(failing, cache).client.send({ ...get('/user'), method: 'PUT' }, alice)).rejects.toThrow(
      'reset',
    );
    expect(events).toEqual(['drop', 'send', 'drop']);
  });
});

describe('the page of an answer that has not changed', () => {
  const list: GitLabResponse = { ...ok, headers: { ...ok.headers, link: '<x>; rel="next"', 'x-total': '3' } };
  const headersAfter = async (notModified: Readonly<Record<string, string>>): Promise<GitLabResponse['headers']> => {
    const { client } = scripted([list, { status: 304, headers: notModified, body: undefined }]);
    const { client: reader } = cached(client);
    await reader.send(get('/projects'), alice);
    await turn();
    const { status, headers, body } = await reader.send(get('/projects'), alice);
    expect({ status, body }).toEqual({ status: 200, body: ok.body });
    return headers;
  };

  test('is as GitLab says it now', async () => {
    const { link, ...headers } = await headersAfter({ 'x-total': '2', 'content-type': 'text/html' });
    expect(link).toBeUndefined();
    expect(headers).toEqual({ 'x-total': '2', 'content-type': 'application/json' });
  });

  test('is as it was kept where GitLab, or a proxy, does not say it', async () => {
    await expect(headersAfter({ 'ratelimit-remaining': '5' })).resolves.toEqual({
      'x-total': '3',
      link: '<x>; rel="next"',
      'content-type': 'application/json',
      'ratelimit-remaining': '5',
    });
  });
});

describe('what is not kept', () => {
  test.each<[string, GitLabResponse]>([
    ['an answer without an ETag', { ...ok, headers: {} }],
    ['an answer of 202', { ...ok, status: 202 }],
    ['an answer that is not to be stored', { ...ok, headers: { ...ok.headers, 'cache-control': 'private, No-Store' } }],
    ['an answer of more than 2 MiB', { ...ok, body: 'a'.repeat(2_097_153) }],
  ])('%s', async (_, answer) => {
    const { client, etags } = scripted([answer]);
    const { client: reader } = cached(client);
    await reader.send(get('/user'), alice);
    await turn();
    await reader.send(get('/user'), alice);

    expect(etags).toEqual([undefined, undefined]);
  });
});

test.each<[string, GitLabResponse]>([
  ['a new answer', ok],
  ['a 304', { status: 304, headers: {}, body: undefined }],
])('%s that is not to be stored ends the keeping of the one before', async (_, { headers, ...answer }) => {
  const { client, etags } = scripted([ok, { ...answer, headers: { ...headers, 'cache-control': 'no-store' } }]);
  const { client: reader } = cached(client);
  for (let read = 0; read < 3; read += 1) {
    await expect(reader.send(get('/user'), alice)).resolves.toMatchObject({ status: 200, body: ok.body }); // oxlint-disable-line no-await-in-loop -- in turn
    await turn(); // oxlint-disable-line no-await-in-loop -- in turn
  }

  expect(etags).toEqual([undefined, 'W/"1"', undefined]);
});

test('an answer that is to be asked for each time is kept, as GitLab sends them', async () => {
  const { client, etags } = scripted([
    { ...ok, headers: { ...ok.headers, 'cache-control': 'max-age=0, private, must-revalidate' } },
  ]);
  const { client: reader } = cached(client);
  await reader.send(get('/user'), alice);
  await turn();
  await reader.send(get('/user'), alice);

  expect(etags).toEqual([undefined, 'W/"1"']);
});

const refuse = async (): Promise<never> => {
  throw new Error('Redis is gone');
};

describe('trouble with the cache', () => {
  test('costs no call, and is logged for who looks closely', async () => {
    const { client } = scripted();
    const { client: reader, lines } = cached(client, { get: refuse, keep: refuse, drop: refuse });
    await expect(reader.send(get('/user'), alice)).resolves.toEqual(ok);
    await expect(reader.send({ ...get('/user'), method: 'PUT' }, alice)).resolves.toEqual(ok);
    await turn();

    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toContain('"level":"error"');
  });

  test.each<[string, string, (sealed: Buffer) => Buffer, string | undefined]>([
    ['left as it was is', '/user', (sealed) => sealed, 'W/"1"'],
    ['moved to another name is not', '/projects', (sealed) => sealed, undefined],
    ['changed is not', '/user', (sealed) => Buffer.concat([sealed, Buffer.from('x')]), undefined],
  ])('an answer that was %s used', async (_, path, spoil, etag) => {
    const kept: Buffer[] = [];
    const cache: ReadCache = {
      get: async () => kept.at(0),
      keep: async (_name, answer) => {
        kept.push(spoil(answer));
      },
      drop: async () => undefined,
    };
    const { client, etags } = scripted();
    const { client: reader } = cached(client, cache);
    await reader.send(get('/user'), alice);
    await turn();
    await expect(reader.send(get(path), alice)).resolves.toEqual(ok);

    expect(etags).toEqual([undefined, etag]);
  });
});

test('nothing readable of token, path or answer is handed to the cache', async () => {
  const seen: (string | Buffer)[] = [];
  const cache: ReadCache = {
    get: async (name) => {
      seen.push(name);
      return undefined;
    },
    keep: async (name, answer) => {
      seen.push(name, answer);
    },
    drop: async (prefixes) => {
      seen.push(...prefixes);
    },
  };
  const { client } = scripted([{ ...ok, body: { title: 'a-private-title' } }]);
  const { client: reader } = cached(client, cache);
  await reader.send(get('/projects/secret-project', { query: { search: 'private-word' } }), alice);
  await turn();
  await reader.send({ ...get('/projects/secret-project'), method: 'PUT' }, alice);
  const text = seen.map((each) => each.toString('latin1')).join('\n');

  expect(seen).toHaveLength(9);
  expect(text).not.toMatch(/glpat|alice|project|private|title|etag/u);
});

/** A cache, and the names that it was asked for. */
const counting = (): { readonly cache: ReadCache; readonly looks: string[] } => {
  const looks: string[] = [];
  const kept = memoryCache();
  const look = async (name: string): Promise<Buffer | undefined> => {
    looks.push(name);
    return kept.get(name);
  };
  return { cache: { ...kept, get: look }, looks };
};

describe('a look ahead', () => {
  test('is used by the read that follows, and by no other', async () => {
    const { cache, looks } = counting();
    const { client, etags } = scripted();
    const { client: reader } = cached(client, cache);
    await reader.send(get('/user'), alice);
    await turn();
    const end = reader.lookAhead(get('/user'), alice.token);
    await reader.send(get('/user'), alice);
    await reader.send(get('/user'), alice);
    end();

    expect(etags).toEqual([undefined, 'W/"1"', 'W/"1"']);
    expect(looks).toHaveLength(3);
  });

  test('is forgotten at its end, and is none for what is not kept or for another token', async () => {
    const { cache, looks } = counting();
    const { client } = scripted();
    const { client: reader } = cached(client, cache);
    reader.lookAhead(get('/user'), alice.token)();
    reader.lookAhead({ ...get('/user'), method: 'PUT' }, alice.token);
    reader.lookAhead(get('/user', { accept: 'text' }), alice.token);
    const before = looks.length;
    reader.lookAhead(get('/user'), 'glpat-olga');
    await reader.send(get('/user'), alice);

    expect([before, looks.length]).toEqual([1, 3]);
  });
});
