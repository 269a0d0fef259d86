const esc = String.fromCodePoint(0x1b);
const bell = String.fromCodePoint(0x07);
const csi = String.fromCodePoint(0x9b);
const osc = String.fromCodePoint(0x9d);
const backspace = String.fromCodePoint(0x08);

/** Control characters other than tab, and characters that a reader cannot see: zero width, direction marks, tags. */
const invisible = /[^\P{Cc}\t]|[\u00AD\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/gu;
const suspect = new RegExp(invisible.source, 'u');

/** https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/gitlab/regex.rb, `build_trace_section_regex`. */
const sectionMarker = new RegExp(
  String.raw`section_(?:start|end):\d+:[\w.-]+(?:\[[^\]\r]*\])?\r(?:${esc}\[0?K)?`,
  'gu',
);
/** Cursor to column 1, which progress lines use like a carriage return. */
const toFirstColumn = new RegExp(String.raw`${esc}\[[01]?G`, 'gu');
/** ECMA-48: CSI sequences (also one that the line's end cuts off), OSC and other strings with their end, short ones. */
const escapes = new RegExp(
  [
    String.raw`(?:${esc}\[|${csi})[0-?]*[ -/]*(?:[@-~]|$)`,
    String.raw`(?:${esc}\]|${osc})[^${bell}${esc}]*(?:${bell}|${esc}\\)`,
    String.raw`${esc}[PX^_][^${esc}]*${esc}\\`,
    String.raw`${esc}[ -/]*[0-~]?`,
  ].join('|'),
  'gu',
);

/**
 * The lines that a reader of GitLab's job page sees for one line of the raw log: a section marker ends a line there,
 * and a line of nothing but markers is no line.
 */
export function cleanLine(raw: string): readonly string[] {
  if (!suspect.test(raw)) return [raw];
  const parts = raw.split(sectionMarker);
  if (parts.length === 1) return [cleanPart(raw)];
  return parts.map(cleanPart).filter((part) => part !== '');
}

function cleanPart(part: string): string {
  const plain = part.replaceAll(toFirstColumn, '\r').replaceAll(escapes, '');
  return afterBackspaces(lastState(plain)).replaceAll(invisible, '');
}

/** Of a progress line the state that a terminal shows at the end. */
function lastState(text: string): string {
  if (!text.includes('\r')) return text;
  return text.split('\r').findLast((state) => state.trim() !== '') ?? '';
}

function afterBackspaces(text: string): string {
  if (!text.includes(backspace)) return text;
  const shown: string[] = [];
  for (const character of text) {
    if (character === backspace) shown.pop();
    else shown.push(character);
  }
  return shown.join('');
}
