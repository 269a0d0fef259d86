import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = 'openssl';
export const hasOpenssl = spawnSync(program, ['version']).status === 0;

/** A certificate authority of the tests, in a folder of its own. */
export interface Authority {
  /** Where the certificate of the authority lies, or `<name>.key` and `<name>.pem` of one that it has made. */
  readonly file: (name: string) => string;
  readonly read: (name: string) => string;
  /** Makes a key and a certificate for a place, as in `IP:127.0.0.1`. */
  readonly certify: (name: string, place: string) => void;
  readonly remove: () => void;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...words: readonly string[]): void {
  execFileSync(program, words, { stdio: 'ignore' });
}

/** Its own certificate is `ca.pem`. */
export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const file = (name: string): string => join(folder, name);
  const isCa = ['-subj', '/CN=test CA', '-addext', 'basicConstraints=critical,CA:TRUE'];
  openssl('req', '-x509', ...newKey, '-keyout', file('ca.key'), '-out', file('ca.pem'), ...isCa);
  return {
    file,
    read: (name) => readFileSync(file(name), 'utf8'),
    certify: (name, place) => {
      writeFileSync(file('extensions'), `subjectAltName=${place}\n`);
      openssl('req', ...newKey, '-keyout', file(`${name}.key`), '-out', file('request'), '-subj', `/CN=${name}`);
      const by = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('extensions')];
      openssl('x509', '-req', '-in', file('request'), '-out', file(`${name}.pem`), ...by);
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
