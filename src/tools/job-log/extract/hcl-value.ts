interface HclValue {
  add(line: string): void;
  isWhole(): boolean;
  text(): string;
}

/** Beyond this a value that never closes is no value. */
const maxLines = 1000;
const maxKeptChars = 8000;

/** A value as Terraform prints it, over as many lines as its brackets and heredocs need. */
export function createHclValue(firstLine: string): HclValue {
  const lines: string[] = [];
  let kept = 0;
  let seen = 0;
  let depth = 0;
  let heredocEnd: string | undefined;

  const add = (line: string): void => {
    seen += 1;
    if (kept <= maxKeptChars) lines.push(line);
    kept += line.length + 1;
    if (heredocEnd === undefined) {
      depth += nesting(line);
      heredocEnd = /<<-?([A-Z_a-z]\w*)$/u.exec(line)?.[1];
    } else if (line.trim() === heredocEnd) {
      heredocEnd = undefined;
    }
  };
  add(firstLine);
  return {
    add,
    isWhole: () => (depth <= 0 && heredocEnd === undefined) || seen >= maxLines,
    text: () => unquoted(lines.join('\n')),
  };
}

/** How many more brackets a line opens than it closes, outside of strings. */
function nesting(line: string): number {
  const brackets = line.replaceAll(/"(?:[^"\\]|\\.?)*(?:"|$)/gu, '').match(/[()[\]{}]/gu) ?? [];
  return brackets.reduce((depth, bracket) => depth + ('([{'.includes(bracket) ? 1 : -1), 0);
}

function unquoted(text: string): string {
  if (!/^"(?:[^"\\]|\\.)*"$/u.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
