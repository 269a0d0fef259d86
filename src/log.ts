import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { tokenShape } from './token-shape.ts';

/** A logger with the usual levels and `access`, which is for one line per request. */
export type Log = Logger<'access'>;

interface LogOptions {
  readonly level: 'off' | 'error' | 'warn' | 'info' | 'access' | 'debug';
  /** Where the lines go; stdout where it is left out. */
  readonly destination?: DestinationStream | undefined;
  /** What every line bears, such as the role. */
  readonly base?: Readonly<Record<string, string | boolean>> | undefined;
}

/** Makes the logger: one JSON object per line, without secrets, arguments and bodies; stack traces at `debug` only. */
export function createLog({ level, destination, base }: LogOptions): Log {
  const error = (value: unknown): unknown => errorFields(value, { stack: level === 'debug', depth: 0 });
  const options = {
    level: level === 'off' ? 'silent' : level,
    customLevels: { access: 25 },
    base: base ?? null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: error, error, reason: error, cause: error },
    hooks: { streamWrite: withoutSecrets },
  };
  return destination === undefined ? pino<'access'>(options) : pino<'access'>(options, destination);
}

const hidden = '[redacted]';

// pino's own redaction knows fixed paths and spellings only; the finished line has every depth, child and error in it.
const secretName = /token|secret|passw(?:or)?d|passphrase|authorization|cookie|credential|^(?:args|arguments|body)$/iu;

// Classes leave out " and \ so that the line stays JSON.
const secretShapes: readonly (readonly [RegExp, string])[] = [
  [tokenShape(), hidden],
  [/\b(bearer) [\w.~+/=-]{8,}/giu, `$1 ${hidden}`],
  [/:\/\/[^/\s"\\@]*@/gu, `://${hidden}@`],
  [/(token|secret|password)=[^&\s"\\]+/giu, `$1=${hidden}`],
];

/** Whether there may be anything to hide: most lines hold nothing, and to take them apart costs as much as to make them. */
const isSuspect = new RegExp(
  [
    'token|secret|passw|passphrase|authorization|cookie|credential|"(?:args|arguments|body)"',
    'bearer|:\\/\\/',
    tokenShape().source,
  ].join('|'),
  'iu',
);

function withoutSecrets(line: string): string {
  if (!isSuspect.test(line)) return line;
  const named = JSON.stringify(JSON.parse(line, hideByName));
  return `${secretShapes.reduce((text, [shape, instead]) => text.replace(shape, instead), named)}\n`;
}

function hideByName(name: string, value: unknown): unknown {
  const says = typeof value !== 'boolean' && value !== null;
  return says && secretName.test(name) ? hidden : value;
}

/** What of an error is logged. Other fields stay out: Redis errors hold the command, HTTP errors the body. */
function errorFields(value: unknown, { stack, depth }: { stack: boolean; depth: number }): unknown {
  if (!(value instanceof Error)) return value;
  return {
    type: value.name,
    code: 'code' in value ? value.code : undefined,
    message: value.message,
    stack: stack ? value.stack : undefined,
    cause:
      depth < 5 && value.cause instanceof Error ? errorFields(value.cause, { stack, depth: depth + 1 }) : undefined,
  };
}
