import { readFileSync } from 'node:fs';

/** The text of a private CA with those of NODE_EXTRA_CA_CERTS, which Node forgets wherever it is given a list of CAs. */
export function withExtraCas(pem: string, file: string | undefined): string {
  try {
    return file === undefined ? pem : `${pem}\n${readFileSync(file, 'utf8')}`;
  } catch {
    // Node has warned of it at its start, and goes on too.
    return pem;
  }
}
