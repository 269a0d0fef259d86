import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyedHash, createSeal, deriveQueueSecret } from '../../src/queue/seal.ts';

const seal = createSeal({ secrets: ['a secret of the queue'] });
const words = 'sealed message cannot be opened';
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const largeText = 'the same words again and again. '.repeat(4000);

describe('a seal', () => {
  test('gives back every message in the context that it was sealed for', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (plain, context) => {
        expect(seal.open(seal.seal(plain, context), context).equals(plain)).toBe(true);
      }),
    );
  });

  test('takes text as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(seal.open(seal.seal(text, 'call:1'), 'call:1').toString('utf8')).toBe(text);
      }),
    );
  });

  test('refuses every other context', () => {
    fc.assert(
      fc.property(bytes, fc.string(), fc.string(), (plain, context, other) => {
        fc.pre(context !== other);
        expect(() => seal.open(seal.seal(plain, context), other)).toThrow(new Error(words));
      }),
    );
  });

  test('refuses a message of which a single bit has changed, wherever it is', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.integer({ min: 0, max: 7 }), (plain, where, bit) => {
        const sealed = seal.seal(plain, 'call:1');
        const at = where % sealed.length;
        sealed.writeUInt8(sealed.readUInt8(at) ^ (1 << bit), at);
        expect(() => seal.open(sealed, 'call:1')).toThrow(new Error(words));
      }),
    );
  });

  test('refuses a message that was cut or continued', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (plain, length) => {
        const sealed = seal.seal(plain, 'call:1');
        expect(() => seal.open(sealed.subarray(0, length % sealed.length), 'call:1')).toThrow(new Error(words));
        expect(() => seal.open(Buffer.concat([sealed, Buffer.of(0)]), 'call:1')).toThrow(new Error(words));
      }),
    );
  });

  test('refuses whatever it did not make', () => {
    fc.assert(
      fc.property(bytes, (noise) => {
        expect(() => seal.open(noise, 'call:1')).toThrow(new Error(words));
      }),
    );
  });

  test('tells nothing of why', async () => {
    const another = createSeal({ secrets: ['another'] });
    const opening = async (): Promise<Buffer> => another.open(seal.seal('x', 'call:1'), 'call:1');
    await expect(opening()).rejects.toThrow(new Error(words));
    await expect(opening()).rejects.not.toHaveProperty('cause');
  });

  test('never makes the same bytes twice, and shows nothing of the plain text', () => {
    const plain = 'glpat-0123456789abcdefghij';
    const [first, second] = [seal.seal(plain, 'call:1'), seal.seal(plain, 'call:1')];
    expect(first.equals(second)).toBe(false);
    expect(first.includes(plain.slice(0, 6))).toBe(false);
  });

  test('opens what an older secret sealed, and seals with the first', () => {
    const old = createSeal({ secrets: ['old'] });
    const both = createSeal({ secrets: ['new', 'old'] });
    const fresh = createSeal({ secrets: ['new'] });
    expect(both.open(old.seal('from before', 'call:1'), 'call:1').toString()).toBe('from before');
    expect(fresh.open(both.seal('from now on', 'call:1'), 'call:1').toString()).toBe('from now on');
    expect(() => old.open(both.seal('from now on', 'call:1'), 'call:1')).toThrow(words);
  });

  test('makes large messages smaller, and leaves small ones and noise as they are', () => {
    const noise = randomBytes(100_000);
    const overhead = seal.seal('', 'call:1').length;
    expect(seal.seal(largeText, 'call:1').length).toBeLessThan(largeText.length / 20);
    expect(seal.open(seal.seal(largeText, 'call:1'), 'call:1').toString()).toBe(largeText);
    expect(seal.seal('a'.repeat(8192), 'call:1')).toHaveLength(8192 + overhead);
    expect(seal.seal(noise, 'call:1')).toHaveLength(noise.length + overhead);
    expect(seal.open(seal.seal(noise, 'call:1'), 'call:1').equals(noise)).toBe(true);
  });

  test('neither seals nor inflates more than its maximum', () => {
    const small = createSeal({ secrets: ['a secret of the queue'], maxBytes: 100_000 });
    expect(() => small.seal(largeText, 'call:1')).toThrow(RangeError);
    expect(() => small.open(seal.seal(largeText, 'call:1'), 'call:1')).toThrow(new Error(words));
    expect(small.open(seal.seal(largeText.slice(0, 100_000), 'call:1'), 'call:1')).toHaveLength(100_000);
  });

  test('needs a secret', () => {
    expect(() => createSeal({ secrets: [''] })).toThrow('empty');
  });
});

describe('a keyed hash', () => {
  const hash = createKeyedHash('a secret of the queue');

  test('is 128 bits in base64url', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (label, value) => {
        expect(hash(label, value)).toMatch(/^[\w-]{22}$/u);
      }),
    );
  });

  test('is the same for the same label and value, and differs for all others', () => {
    const pair = fc.tuple(fc.string(), fc.string());
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const same = one[0] === other[0] && one[1] === other[1];
        expect(hash(...one) === hash(...other)).toBe(same);
      }),
    );
    expect(hash('a', 'b:c')).not.toBe(hash('a:b', 'c'));
  });

  test('says nothing without the secret', () => {
    expect(createKeyedHash('another')('user', 'ann')).not.toBe(hash('user', 'ann'));
  });
});

describe("the queue's secret from the gate's token", () => {
  test('is the same wherever the token is the same, and does not show it', () => {
    expect(deriveQueueSecret('token of the gate')).toBe(deriveQueueSecret('token of the gate'));
    expect(deriveQueueSecret('token of the gate')).not.toBe(deriveQueueSecret('another token'));
    expect(deriveQueueSecret('token of the gate')).toMatch(/^[\w-]{43}$/u);
  });

  test('stays the same from release to release', () => {
    expect(deriveQueueSecret('token of the gate')).toBe('BZKtd7zrKnKv25WFHZfBENJy7lwrNaMdsbAqLmqgl8k');
  });
});
