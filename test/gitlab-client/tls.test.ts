import { createServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/read.ts';
import { createAuthority, hasOpenssl } from '../support/certificates.ts';
import type { Authority } from '../support/certificates.ts';
import { answers, as, clientOf, failureOf, get, post, serve } from './support.ts';

if (!hasOpenssl) process.stderr.write('\n!!! SKIPPED: the TLS suite of the GitLab client: put openssl on the PATH\n\n');

describe.skipIf(!hasOpenssl)('GitLab behind a private CA', () => {
  let authority: Authority;
  const read = (name: string): string => authority.read(name);

  beforeAll(() => {
    authority = createAuthority();
    authority.certify('here', 'IP:127.0.0.1');
    authority.certify('elsewhere', 'DNS:gitlab.test');
  });

  afterAll(() => {
    authority.remove();
  });

  async function serveTls(name: string): Promise<{ origin: string; taken: readonly unknown[] }> {
    const server = createServer({ key: read(`${name}.key`), cert: read(`${name}.pem`) });
    const { origin, taken } = await serve(answers('{"ok":1}'), server);
    return { origin: origin.replace('http:', 'https:'), taken };
  }

  test('is asked where the CA is given, again and again over one connection', async () => {
    const server = createServer({ key: read('here.key'), cert: read('here.pem') });
    const { origin, sockets } = await serve(answers('{"ok":1}'), server);
    const client = clientOf(origin.replace('http:', 'https:'), { caPem: read('ca.pem') });
    for (let call = 0; call < 10; call += 1) expect((await client.send(get('/x'), as())).body).toEqual({ ok: 1 }); // oxlint-disable-line no-await-in-loop -- in turn
    expect(sockets.length).toBe(1);
  });

  test('is asked where the CA stands among others', async () => {
    const { origin } = await serveTls('here');
    const caPem = `${read('here.pem')}\n${read('ca.pem')}`;
    expect((await clientOf(origin, { caPem }).send(get('/x'), as())).status).toBe(200);
  });

  test('is asked where the CA is one of NODE_EXTRA_CA_CERTS, and another one is given', async () => {
    const other = createAuthority();
    onTestFinished(other.remove);
    const env = { GITLAB_CA_CERT_PEM: other.read('ca.pem'), NODE_EXTRA_CA_CERTS: authority.file('ca.pem') };
    const { GITLAB_CA_CERT_PEM: caPem } = readConfig('all', env);
    other.certify('there', 'IP:127.0.0.1');
    const there = createServer({ key: other.read('there.key'), cert: other.read('there.pem') });
    const origins = [
      (await serveTls('here')).origin,
      (await serve(answers(), there)).origin.replace('http:', 'https:'),
    ];
    const answered = origins.map(async (origin) => clientOf(origin, { caPem }).send(get('/x'), as()));

    expect((await Promise.all(answered)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('is not asked where the CA is not given', async () => {
    const { origin, taken } = await serveTls('here');
    const failure = await failureOf(clientOf(origin).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'no' });
    expect(failure.detail).toMatch(/the certificate is not trusted; .* GITLAB_CA_CERT_PEM \(UNABLE_TO_VERIFY/u);
    expect(taken.length).toBe(0);
  });

  test('is not asked where its certificate is for another name', async () => {
    const { origin, taken } = await serveTls('elsewhere');
    const failure = await failureOf(clientOf(origin, { caPem: read('ca.pem') }).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'no' });
    expect(failure.detail).toContain('the certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)');
    expect(taken.length).toBe(0);
  });
});
