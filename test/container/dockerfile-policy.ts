import { DockerfileParser } from 'dockerfile-ast';

interface Line {
  readonly keyword: string;
  /** All that follows the keyword, flags and continued lines too. */
  readonly text: string;
}

interface Build {
  readonly lines: readonly Line[];
  readonly stages: ReadonlyMap<string, readonly Line[]>;
  /** The lines of the stage that is built by default. */
  readonly last: readonly Line[];
}

function read(text: string): Build {
  const lines = DockerfileParser.parse(text)
    .getInstructions()
    .map((instruction) => ({
      keyword: instruction.getKeyword(),
      text: textBehindKeyword(instruction.getTextContent()),
    }));
  const begins = lines.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []));
  const parts = begins.map((begin, index) => lines.slice(begin, begins[index + 1]));
  const stages = new Map(
    parts.map((part) => [/ AS (?<name>\S+)$/u.exec(part[0]?.text ?? '')?.groups?.['name'] ?? '', part]),
  );
  return { lines, stages, last: parts.at(-1) ?? [] };
}

function textBehindKeyword(text: string): string {
  return text.replace(/^\S+\s+/u, '').replaceAll(/\\\n\s*/gu, '');
}

function textsOf(keyword: string, lines: readonly Line[]): string[] {
  return lines.filter((line) => line.keyword === keyword).map(({ text }) => text);
}

/** Whether it is the exec form, which needs no shell. */
function isExec(text: string): boolean {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string');
  } catch {
    return false;
  }
}

const isInstall = (text: string): boolean => text.includes('npm ci');

/** The stage that the packages of the last one come from. */
function packagesOf({ last, stages }: Build): readonly Line[] {
  const [from = ''] = textsOf('COPY', last).flatMap(
    (text) => /^--from=(?<stage>\S+) \/app\/node_modules /u.exec(text)?.groups?.['stage'] ?? [],
  );
  return stages.get(from) ?? [];
}

/** What must hold, in words that say so. */
const rules: Readonly<Record<string, (build: Build) => boolean>> = {
  'the image ends as a numeric user that is not root': ({ last }) =>
    /^[1-9]\d*:[1-9]\d*$/u.test(textsOf('USER', last).at(-1) ?? ''),
  'nothing runs in the last stage': ({ last }) => textsOf('RUN', last).length === 0,
  'nothing is taken in by ADD': ({ lines }) => textsOf('ADD', lines).length === 0,
  'the image has one command, in exec form': ({ last }) => {
    const commands = textsOf('CMD', last);
    return commands.length === 1 && commands.every(isExec);
  },
  'the image has one health check, in exec form': ({ last }) => {
    const checks = textsOf('HEALTHCHECK', last).map((text) => text.replace(/^.*?\bCMD\s+/su, ''));
    return checks.length === 1 && checks.every(isExec);
  },
  'the image takes its packages from a stage without dev dependencies': (build) => {
    const installs = textsOf('RUN', packagesOf(build)).filter(isInstall);
    return installs.length === 1 && installs.every((text) => text.split(' ').includes('--omit=dev'));
  },
  'npm ci runs no install script': ({ lines }) =>
    textsOf('RUN', lines)
      .filter(isInstall)
      .every((text) => text.split(' ').includes('--ignore-scripts')),
  'no ENV and no ARG holds a secret': ({ lines }) =>
    [...textsOf('ENV', lines), ...textsOf('ARG', lines)].every((text) => !/TOKEN|SECRET|PASSWORD|_KEY/iu.test(text)),
};

/** The rules that a Dockerfile breaks. */
export function brokenRules(text: string): string[] {
  const build = read(text);
  return Object.entries(rules)
    .filter(([, holds]) => !holds(build))
    .map(([words]) => words);
}
