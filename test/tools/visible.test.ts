import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleJson, visibleText } from '../../src/tools/visible.ts';

const of = (...codes: readonly number[]): string => String.fromCodePoint(...codes);
const tags = Array.from('do it', (each) => of(0xe0000 + (each.codePointAt(0) ?? 0))).join('');

const left = [
  ['a tab and line ends', 'a\tb\r\nc\n'],
  ['umlauts, Chinese and emoji', 'Grüße 你好 🙂'],
  ['an emoji of several joined by U+200D', of(0x1f468, 0x200d, 0x1f469, 0x200d, 0x1f467)],
  ['a joined emoji with a skin colour', of(0x1f469, 0x1f3fd, 0x200d, 0x1f4bb)],
  ['a Persian word with U+200C', of(0x645, 0x6cc, 0x200c, 0x62e, 0x648, 0x627, 0x647, 0x645)],
  ['a Hindi half form with U+200D', of(0x915, 0x94d, 0x200d, 0x937)],
  ['an emoji with its variation selector', of(0x2764, 0xfe0f)],
] as const;

const removed = [
  ['U+E0000-E007F, tags', tags],
  ['U+202E, a bidi override', of(0x202e)],
  ['U+202A to U+202D', of(0x202a, 0x202b, 0x202c, 0x202d)],
  ['U+2066 to U+2069, isolates', of(0x2066, 0x2067, 0x2068, 0x2069)],
  ['U+200B, U+200E, U+200F', of(0x200b, 0x200e, 0x200f)],
  ['U+FEFF and U+2060', of(0xfeff, 0x2060)],
  ['a joiner between Latin letters', of(0x200d)],
  ['two non-joiners between Latin letters', of(0x200c, 0x200c)],
  ['an escape', of(0x1b)],
  ['NUL, BEL, backspace, DEL and CSI', of(0, 7, 8, 0x7f, 0x9b)],
  ['a carriage return inside a line', '\r'],
] as const;

test.each(left)('leaves %s', (_, text) => {
  expect(visibleText(text)).toBe(text);
  expect(visibleJson(JSON.stringify({ text }))).toBe(JSON.stringify({ text }));
});

test.each(removed)('removes %s', (_, hidden) => {
  expect(visibleText(`rm${hidden} x`)).toBe('rm x');
  expect(visibleJson(JSON.stringify({ text: `rm${hidden} x` }))).toBe('{"text":"rm x"}');
});

test('of many variation selectors the first is left: the others carry bytes', () => {
  expect(visibleText(of(0x2764, 0xfe0f, 0xe0101, 0xe0144, 0xfe01))).toBe(of(0x2764, 0xfe0f));
});

test('a literal backslash before what looks like an escape stays', () => {
  const source = String.raw`const red = '\u001b[31m\b';`;

  expect(visibleText(source)).toBe(source);
  expect(JSON.parse(visibleJson(JSON.stringify({ source })))).toEqual({ source });
});

test('JSON stays JSON with the texts that the plain rule leaves', () => {
  const character = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('\\', '"', '\r', '\n', '\b', 'u001b', of(0x200d), of(0xe0041)),
  );
  fc.assert(
    fc.property(fc.array(character), (characters) => {
      const text = characters.join('');
      expect(JSON.parse(visibleJson(JSON.stringify(text)))).toBe(visibleText(text));
    }),
    { numRuns: 500 },
  );
});
