/** What was kept of a line. */
export interface BoundedText {
  readonly text: string;
  /** How many characters at its end were dropped. */
  readonly cut: number;
}

/** Collects one line piece by piece and keeps no more than `maxChars` of it. */
export interface BoundedLine {
  readonly add: (piece: string) => void;
  /** Gives the line and begins the next one. */
  readonly take: () => BoundedText;
}

/**
 * A carriage return begins the line anew, as on a terminal. While the line is short all its states are kept, so that
 * markers around a carriage return stay whole; beyond the limit only the last state is. What is kept depends on the
 * characters alone, never on how they were cut into pieces.
 */
export function createBoundedLine(maxChars: number): BoundedLine {
  let earlier = '';
  let earlierCut = 0;
  let state = '';
  let cut = 0;

  const addToState = (piece: string): void => {
    const room = maxChars - state.length;
    state += piece.length > room ? piece.slice(0, room) : piece;
    cut += Math.max(0, piece.length - room);
  };
  const endState = (): void => {
    earlier = `${withEarlier()}\r`;
    earlierCut = cut;
    state = '';
    cut = 0;
  };
  const withEarlier = (): string => (earlier.length + state.length > maxChars ? state : earlier + state);

  return {
    add(piece) {
      if (!piece.includes('\r')) {
        addToState(piece);
        return;
      }
      for (const [index, part] of piece.split('\r').entries()) {
        if (index > 0) endState();
        addToState(part);
      }
    },
    take() {
      const line = { text: withoutHalfCharacter(withEarlier()), cut: state === '' ? earlierCut : cut };
      earlier = '';
      earlierCut = 0;
      state = '';
      cut = 0;
      return line;
    },
  };
}

function withoutHalfCharacter(text: string): string {
  return /[\uD800-\uDBFF]$/u.test(text) ? text.slice(0, -1) : text;
}
