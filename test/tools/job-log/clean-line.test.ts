import { expect, test } from 'vitest';
import { cleanLine } from '../../../src/tools/job-log/clean-line.ts';

const esc = String.fromCodePoint(0x1b);
const bell = String.fromCodePoint(0x07);
const backspace = String.fromCodePoint(0x08);
const eraseLine = `${esc}[0K`;

test.each([
  ['plain text stays', 'npm ci', ['npm ci']],
  ['an empty line stays', '', ['']],
  ['tabs, umlauts and emoji stay', '\tgrün 👩‍🚀 ✅', ['\tgrün 👩‍🚀 ✅']],
  ['colours go', `${esc}[32;1m$ npm ci${esc}[0;m`, ['$ npm ci']],
  ['colours with colons go', `${esc}[38:2::255:0:0mred${esc}[m`, ['red']],
  ['private modes go', `${esc}[?25lhidden cursor${esc}[?25h`, ['hidden cursor']],
  ['a code that the end of the line cuts off goes', `done${esc}[38;5`, ['done']],
  ['a lone escape goes', `done${esc}`, ['done']],
  ['an eight-bit code goes', `${String.fromCodePoint(0x9b)}31mred`, ['red']],
  ['a hyperlink leaves its text', `${esc}]8;;https://example.com/${esc}\\docs${esc}]8;;${esc}\\`, ['docs']],
  ['a window title goes', `${esc}]0;title${bell}text`, ['text']],
  ['an unfinished title leaves its text', `${esc}]0;title`, ['0;title']],
  ['a charset code goes', `${esc}(Bplain`, ['plain']],
  ['a device string goes', `${esc}Pq#0;2${esc}\\text`, ['text']],
  ['other control characters go', `a${String.fromCodePoint(0)}b${bell}c${String.fromCodePoint(0x7f)}`, ['abc']],
  ['invisible characters go', 'a\u200Bb\u202Ec\uFEFFd\u{E0041}\u{E0042}e', ['abcde']],
  ['a backspace takes a character back', `10|${backspace}/${backspace}-${backspace}done`, ['10done']],
  ['of a progress line the last state stays', 'fetching 10%\rfetching 55%\rfetching 100%', ['fetching 100%']],
  ['a carriage return at the end changes nothing', 'done\r', ['done']],
  ['an erased progress line keeps its last words', `55%\r100%\r${esc}[2K`, ['100%']],
  ['a cursor sent to column 1 begins the line anew', `55%${esc}[1G${esc}[0K100%`, ['100%']],
  ['a section marker goes', `section_start:1716381826:build\r${eraseLine}Building`, ['Building']],
  ['its options go with it', `${eraseLine}section_start:1:a.b-c[collapsed=true, x=y]\r${eraseLine}Text`, ['Text']],
  [
    'a line of nothing but markers is no line',
    `section_end:1:a\r${eraseLine}${eraseLine}section_start:2:b\r${eraseLine}`,
    [],
  ],
  [
    'a marker ends the line before it',
    `no newlinesection_end:1:a\r${eraseLine}Cleaning up`,
    ['no newline', 'Cleaning up'],
  ],
  ['what only looks like a marker stays', 'echo section_start:1:a', ['echo section_start:1:a']],
])('%s', (_rule, raw, lines) => {
  expect(cleanLine(raw)).toStrictEqual(lines);
});
