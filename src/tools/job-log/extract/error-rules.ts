/** How one kind of error looks in a log. */
export interface ErrorRule {
  readonly kind: string;
  readonly begins: RegExp;
  /** Whether the next line still belongs to it; without this the error is one line, shown with the lines after it. */
  readonly goesOn?: (text: string, soFar: ErrorLines) => boolean;
  /** Of what begins alike, only a block with such a line is an error. */
  readonly has?: RegExp;
}

/** What is known of the error so far. */
interface ErrorLines {
  readonly count: number;
  /** The line before this one. */
  readonly last: string;
}

/** The first rule that fits a line counts, so the more telling ones come first. */
export const errorRules: readonly ErrorRule[] = [
  { kind: 'terraform', begins: /^╷/u, goesOn: (_text, { last }) => !last.startsWith('╵'), has: /^│ Error: /u },
  {
    kind: 'python',
    begins: /^\s*(?:\+ Exception Group )?Traceback \(most recent call last\):/u,
    goesOn: isOfTraceback,
  },
  { kind: 'pytest', begins: /^E {3,}\S/u, goesOn: like(/^E(?: {3,}|$)/u) },
  {
    kind: 'go',
    begins: /^(?:panic: |fatal error: (?:all goroutines|concurrent map|stack overflow|unexpected signal))/u,
    goesOn: like(/^$|^\s|^goroutine \d|^[\w./*()[\]{}-]+\(.*\)$|^created by |^\[signal |^panic: |^exit status \d/u),
  },
  { kind: 'go', begins: /^(?:vet: )?[\w./-]+\.go:\d+:\d+: /u, goesOn: like(/^\t/u) },
  { kind: 'rust', begins: /^error\[E\d+\]: /u, goesOn: like(/^\s*(?:-->|:::|\d* ?\||=|\.\.\.)/u) },
  {
    kind: 'rust',
    begins: /^thread '.*' (?:\(\d+\) )?panicked at /u,
    goesOn: (text, { count }) => count < 2 || /^\s+\S|^stack backtrace:|^note: /u.test(text),
  },
  { kind: 'npm', begins: /^npm (?:ERR!|error)(?: |$)/u, goesOn: like(/^npm (?:ERR!|error)(?: |$)/u) },
  {
    kind: 'node packages',
    begins:
      /^\s*(?:ERR_PNPM_|ELIFECYCLE\b)|^error (?:Command failed|An unexpected|Couldn't)|^➤ YN\d+: .*(?:Error|Failed)/u,
  },
  {
    kind: 'exception',
    begins:
      /^(?:(?:Uncaught |Unhandled exception[.:] |Exception in thread "[^"]*" |Caused by: )(?:[\w$]+[.:]{1,2})*[\w$]*|(?:[\w$]+[.:]{1,2})*[\w$]+)(?:Error|Exception|Throwable)(?: \[\w+\])?(?::|$)/u,
    goesOn: like(
      /^\s+at |^\s*\.{3} \d+ (?:more|common frames)|^\s*Caused by: |^\s+Suppressed: |^\s*-+> |^\s+--- End of inner/u,
    ),
  },
  {
    kind: 'ruby',
    begins: /^\S+\.rb:\d+:in [`'].*Error\)|^rake aborted!|^bundler: failed/u,
    goesOn: like(/^\s+from /u),
  },
  { kind: 'php', begins: /^(?:PHP )?(?:Fatal|Parse) error: /u, goesOn: like(/^(?:Stack trace:|#\d+ |\s+thrown in )/u) },
  {
    kind: 'gradle',
    begins: /^FAILURE: Build failed with an exception/u,
    goesOn: (text) => !/^(?:\* Try:|BUILD FAILED)/u.test(text),
  },
  { kind: 'gradle', begins: /^> Task \S+ FAILED|^e: file:\/\//u },
  { kind: 'maven', begins: /^\[(?:ERROR|FATAL)\]/u, goesOn: like(/^\[(?:ERROR|FATAL)\]/u) },
  {
    kind: 'compiler',
    begins: /^(?:[A-Za-z]:)?[^\s:()]+(?::\d+|\(\d+)(?:[:,]\d+)?\)?(?::| -) (?:fatal )?error\b/u,
    goesOn: (text, { count }) => count < 12 && /^\s+\S|^\d+ /u.test(text),
  },
  { kind: 'linker', begins: /^(?:\S*\/)?(?:ld|collect2|clang): (?:error|cannot find)|: undefined reference to /u },
  { kind: 'lint', begins: /^\s+\d+:\d+\s+error\s/u, goesOn: like(/^\s+\d+:\d+\s+error\s/u) },
  {
    kind: 'make',
    begins: /^(?:g|mingw32-)?make(?:\[\d+\])?: \*\*\* |^ninja: (?:build stopped|error)|^CMake Error\b|^FAILED: /u,
  },
  { kind: 'docker build', begins: /^ERROR: (?:failed to |process )|^#\d+ ERROR: |^Error response from daemon: /u },
  { kind: 'job', begins: /^ERROR: (?:Job|Preparation) failed\b|^WARNING: Failed to pull image/u },
  { kind: 'git', begins: /^(?:fatal|remote: (?:error|fatal)): /u },
  {
    kind: 'shell',
    begins:
      /^\S+: (?:line )?(?:\S+: )?.*(?:: not found|command not found|No such file or directory|Permission denied)$|^Killed$|^Segmentation fault|^Aborted/u,
  },
  {
    kind: 'error',
    begins:
      /^(?:\S{1,60}: )?\[?(?:ERROR|Error|error|FATAL|Fatal|CRITICAL|SEVERE|E)\]?(?: [a-z]+)?:(?: |$)|^(?:ERROR|FATAL|CRITICAL|SEVERE|\[error\]|##\[error\])\s/u,
    goesOn: (text, { count }) => count < 12 && (/^\s+\S|^\d+ \|/u.test(text) || (text === '' && count === 1)),
  },
  {
    kind: 'error',
    begins:
      /^\W{0,2}\d{2,4}[-:/]\d{2}[-:/ ].{0,60}?\b(?:ERROR|FATAL|CRITICAL|SEVERE)\b|\blevel=(?:error|fatal|panic)\b|"level":\s?"(?:error|fatal)"/u,
  },
  {
    kind: 'error',
    begins:
      /\b(?:BUILD FAILED|OOMKilled|[Oo]ut of memory|No space left on device|exit(?:ed)?(?: with)? (?:code|status) [1-9]\d*)\b/u,
  },
];

function like(pattern: RegExp): (text: string) => boolean {
  return (text) => pattern.test(text);
}

/** Frames, then the exception's own line, then the exception that it led to. */
function isOfTraceback(text: string, { last }: ErrorLines): boolean {
  const isIndented = /^\s+\S/u;
  if (text === '') return last !== '' && !isIndented.test(last);
  if (isIndented.test(text)) return last !== '';
  return isIndented.test(last) || /^(?:Traceback|During handling of|The above exception was)\b/u.test(text);
}
