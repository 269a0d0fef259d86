interface RawLines {
  readonly push: (chunk: string) => void;
  /** Returns how many lines there were. */
  readonly finish: () => number;
}

interface RawLineTaker {
  /** Long enough that the beginning of the text has `beginningChars`, or the line is shorter than that. */
  readonly begin: (n: number, text: string) => void;
  readonly add: (text: string) => void;
}

/** Cuts chunks into lines without holding a whole one: a line comes as its beginning and the pieces after it. */
export function createRawLines(beginningChars: number, taker: RawLineTaker): RawLines {
  let beginning = '';
  let begun = false;
  let count = 0;

  const begin = (): void => {
    count += 1;
    begun = true;
    taker.begin(count, beginning);
    beginning = '';
  };
  const add = (piece: string): void => {
    if (begun) {
      taker.add(piece);
      return;
    }
    beginning += piece;
    if (beginning.length >= beginningChars) begin();
  };
  const endLine = (): void => {
    if (!begun) begin();
    begun = false;
  };
  return {
    push(chunk) {
      let from = 0;
      for (let to = chunk.indexOf('\n'); to !== -1; to = chunk.indexOf('\n', from)) {
        add(chunk.slice(from, to));
        endLine();
        from = to + 1;
      }
      add(chunk.slice(from));
    },
    finish() {
      if (beginning !== '') begin();
      return count;
    },
  };
}
