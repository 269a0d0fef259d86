import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/read.ts';

const [pem = ''] = rootCertificates;

// What it is where its file is there: test/gitlab-client/tls.test.ts.
test.each([
  ['without GITLAB_CA_CERT_PEM', {}, undefined],
  ['where its file is not there', { GITLAB_CA_CERT_PEM: pem }, pem],
])('NODE_EXTRA_CA_CERTS is left to Node %s', (_, env, value) => {
  expect(readConfig('all', { ...env, NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' }).GITLAB_CA_CERT_PEM).toBe(value);
});
