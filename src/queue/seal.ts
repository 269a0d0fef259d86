import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

interface SealOptions {
  /** The first one seals, every one opens: so a secret can be replaced while messages are under way. */
  readonly secrets: readonly [string, ...string[]];
  /** The largest plain text. */
  readonly maxBytes?: number;
}

/** Makes messages unreadable for everybody who lacks the secret. */
export interface Seal {
  /**
   * `context` (call and direction) is not stored: who opens must know it. Where this is the answer `to` a sealed message,
   * the same secret seals it: an asker that still has only the old one can open it.
   */
  seal(plain: Buffer | string, context: string, to?: Buffer): Buffer;
  open(sealed: Buffer, context: string): Buffer;
}

/**
 * AES-256-GCM under a key derived from each secret. Layout: version 1, flags 1, key id 8, IV 12, ciphertext, tag 16;
 * the first three and the context are authenticated.
 */
export function createSeal({ secrets, maxBytes = DEFAULT_MAX_BYTES }: SealOptions): Seal {
  const [sealing, ...older] = secrets.map(keyOf);
  if (sealing === undefined) throw new Error('A seal needs a secret.');
  const keys = new Map([...older, sealing].map((key) => [key.id.toString('hex'), key]));
  const nextIv = createIvs();
  return {
    seal: (plain, context, to) => {
      const bytes = Buffer.from(plain);
      if (bytes.length > maxBytes) throw new RangeError(`A message of ${String(bytes.length)} bytes is too large.`);
      const key = to === undefined ? sealing : (keys.get(keyIdOf(to)) ?? sealing);
      return sealWith({ key, nextIv }, bytes, context);
    },
    open: (sealed, context) => {
      try {
        const { key, flags, ...parts } = dissect(sealed, keys);
        const body = decrypt(key, parts, context);
        return flags === COMPRESSED ? brotliDecompressSync(body, { maxOutputLength: maxBytes }) : body;
      } catch {
        throw new Error('sealed message cannot be opened');
      }
    },
  };
}

/** Names that are equal for equal values and tell nothing of them to who lacks the secret: for users and gates in Redis. */
export function createKeyedHash(secret: string): (label: string, value: string) => string {
  const key = derive(secret, 'keyed hash');
  return (label, value) =>
    createHmac('sha256', key)
      // The length keeps ('a', 'b:c') and ('a:b', 'c') apart.
      .update(`${String(label.length)}:${label}:${value}`)
      .digest()
      .subarray(0, HASH_BYTES)
      .toString('base64url');
}

/** The queue's secret where none is configured: all roles that share the token share it. */
export function deriveQueueSecret(mcpAuthToken: string): string {
  return derive(mcpAuthToken, 'queue secret').toString('base64url');
}

const VERSION = 1;
const PLAIN = 0;
const COMPRESSED = 1;
const ID_BYTES = 8;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HASH_BYTES = 16;
const HEADER_BYTES = 2 + ID_BYTES;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
/** Below this size compression saves Redis little. */
const COMPRESS_FROM_BYTES = 8 * 1024;
/** As fast as deflate level 1 on lists of issues (1 ms a megabyte) and a fifth smaller: 9 % of the plain text is left. */
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

function derive(secret: string, purpose: string): Buffer {
  if (secret === '') throw new Error('The queue secret is empty.');
  return Buffer.from(hkdfSync('sha256', secret, '', `gitlab mcp server, v1, ${purpose}`, 32));
}

function keyOf(secret: string): Key {
  const bytes = derive(secret, 'seal');
  return { bytes, id: createHash('sha256').update(bytes).digest().subarray(0, ID_BYTES) };
}

interface Sealing {
  readonly key: Key;
  readonly nextIv: () => Buffer;
}

const IVS_AT_ONCE = 256;

/** Random ones, each given out once; a system call for each would cost as much as the sealing. */
function createIvs(): () => Buffer {
  let ivs = Buffer.alloc(0);
  return () => {
    if (ivs.length === 0) ivs = randomBytes(IVS_AT_ONCE * IV_BYTES);
    const iv = ivs.subarray(0, IV_BYTES);
    ivs = ivs.subarray(IV_BYTES);
    return iv;
  };
}

function sealWith({ key, nextIv }: Sealing, plain: Buffer, context: string): Buffer {
  const squeezed = plain.length > COMPRESS_FROM_BYTES ? brotliCompressSync(plain, FAST) : plain;
  const isSmaller = squeezed.length < plain.length;
  const header = Buffer.concat([Buffer.of(VERSION, isSmaller ? COMPRESSED : PLAIN), key.id]);
  const iv = nextIv();
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([header, Buffer.from(context)]));
  const body = cipher.update(isSmaller ? squeezed : plain);
  return Buffer.concat([header, iv, body, cipher.final(), cipher.getAuthTag()]);
}

const keyIdOf = (sealed: Buffer): string => sealed.toString('hex', 2, HEADER_BYTES);

interface Sealed {
  readonly header: Buffer;
  readonly iv: Buffer;
  readonly body: Buffer;
  readonly tag: Buffer;
}

function dissect(
  sealed: Buffer,
  keys: ReadonlyMap<string, Key>,
): Sealed & { readonly key: Key; readonly flags: number } {
  const [version, flags = PLAIN] = sealed;
  const key = keys.get(keyIdOf(sealed));
  if (version !== VERSION || key === undefined) throw new Error('unknown version or key');
  return {
    key,
    flags,
    header: sealed.subarray(0, HEADER_BYTES),
    iv: sealed.subarray(HEADER_BYTES, HEADER_BYTES + IV_BYTES),
    body: sealed.subarray(HEADER_BYTES + IV_BYTES, -TAG_BYTES),
    tag: sealed.subarray(-TAG_BYTES),
  };
}

function decrypt(key: Key, { header, iv, body, tag }: Sealed, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([header, Buffer.from(context)]));
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}
