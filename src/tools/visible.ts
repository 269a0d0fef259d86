/** Control characters but tab and line ends; a carriage return stays only where it ends a line. */
const controls = /[^\P{Cc}\t\n\r]|\r(?!\n)/gu;

/**
 * What a reader cannot see: soft hyphen, zero width, direction marks and overrides, invisible operators, tags. See
 * https://www.unicode.org/reports/tr36/ and https://trojansource.codes.
 */
const unseen = String.raw`[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]`;

/** Scripts that are written with joiners; emoji are joined by them too. */
const scripts =
  'Arabic Bengali Devanagari Gujarati Gurmukhi Kannada Khmer Malayalam Mongolian Myanmar Nko Oriya Sinhala Syriac Tamil Telugu';
const joined = scripts
  .split(' ')
  .map((name) => String.raw`\p{Script=${name}}`)
  .join('');
const joiners = String.raw`(?<![${joined}\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])[\u200C\u200D]`;

/** One variation selector styles a character; further ones carry hidden bytes. */
const selectors = String.raw`(?<=[\uFE00-\uFE0F\u{E0100}-\u{E01EF}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]`;

const hidden = new RegExp([unseen, joiners, selectors].join('|'), 'gu');
/** A quick look: most texts hold none of it. */
const suspect = /[^\P{Cc}\t\n]|[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/u;

/** JSON writes control characters as escapes; a pair of backslashes is no beginning of one. */
const escapedControls = /(?<pair>\\\\)|\\(?:u00[01][\da-f]|[bf]|r(?!\\n))/gu;
const controlsInJson = /[\u007F-\u009F]/gu;

/** A text without characters that a person would not see, which could speak to a model behind that person's back. */
export function visibleText(text: string): string {
  return suspect.test(text) ? text.replaceAll(hidden, '').replaceAll(controls, '') : text;
}

/** The same for JSON as JSON.stringify writes it. */
export function visibleJson(json: string): string {
  const shown = suspect.test(json) ? json.replaceAll(hidden, '').replaceAll(controlsInJson, '') : json;
  return /\\[bfru]/u.test(shown) ? shown.replaceAll(escapedControls, '$<pair>') : shown;
}
