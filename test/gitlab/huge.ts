const megabyte = 1_048_576;
const linesPerChunk = 640;
const lineBytes = 100;

/** A job log of about this size in chunks: numbered lines, and an error in the fifth line from the end. */
export function* hugeTrace(megabytes: number): Generator<string> {
  const lines = Math.max(Math.ceil((megabytes * megabyte) / lineBytes), 10);
  const failing = lines - 4;
  for (let first = 1; first <= lines; first += linesPerChunk) {
    const count = Math.min(linesPerChunk, lines - first + 1);
    const chunk = Array.from({ length: count }, (_, at) => logLine(first + at, first + at === failing));
    yield chunk.join('');
  }
}

function logLine(number: number, failing: boolean): string {
  const words = failing ? 'ERROR: Job failed: exit code 1' : 'compiling a module of the application';
  return `${`line ${String(number).padStart(9, '0')} ${words} `.padEnd(lineBytes - 1, '.')}\n`;
}

const diffBytes = 65_536;

/** The JSON list of as many diffs as make up this size. */
export function* hugeDiff(megabytes: number): Generator<string> {
  const files = Math.max(Math.ceil((megabytes * megabyte) / diffBytes), 1);
  const added = Array.from({ length: diffBytes / 64 }, (_, at) => `+line ${String(at)}`.padEnd(63, '.')).join('\n');
  for (let number = 1; number <= files; number += 1) {
    const path = `generated/file-${String(number)}.txt`;
    const file = {
      diff: `@@ -0,0 +1,${String(diffBytes / 64)} @@\n${added}\n`,
      collapsed: false,
      too_large: false,
      new_path: path,
      old_path: path,
      a_mode: '0',
      b_mode: '100644',
      new_file: true,
      renamed_file: false,
      deleted_file: false,
      generated_file: false,
    };
    yield `${number === 1 ? '[' : ','}${JSON.stringify(file)}`;
  }
  yield ']';
}
