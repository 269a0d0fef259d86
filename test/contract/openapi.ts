import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createDocument } from './openapi-document.ts';
import type { Document, Parameter } from './openapi-document.ts';

/** What all documents together say of one parameter. */
interface KnownParameter {
  /** Some document demands it. */
  readonly required: boolean;
  readonly types: readonly string[];
  /** Empty where no document limits it. */
  readonly values: readonly string[];
}

interface KnownRoute {
  readonly template: string;
  readonly parameters: ReadonlyMap<string, KnownParameter>;
}

/** The union of GitLab's OpenAPI documents: each of them lacks routes and parameters that another has. */
export interface OpenApi {
  /** `path` as it goes over the wire, below `/api/v4`. */
  readonly routeOf: (method: string, path: string) => KnownRoute | undefined;
}

export function readOpenApi(folder: string): OpenApi {
  const documents = readdirSync(path.join(folder, 'openapi'))
    .filter((name) => /\.ya?ml$/u.test(name))
    .map((name) => createDocument(readFileSync(path.join(folder, 'openapi', name), 'utf8')));
  const all = documents.flatMap((document) => document.templates.map((template) => ({ document, template })));
  return {
    routeOf: (method, wirePath) => {
      const fitting = all
        .filter(({ template }) => patternOf(template).test(wirePath))
        .map((each) => ({ ...each, said: each.document.parametersOf(each.template, method) }))
        .filter(({ said }) => said !== undefined);
      const words = Math.max(...fitting.map(({ template }) => literals(template)));
      const nearest = fitting.filter(({ template }) => literals(template) === words);
      const [first] = nearest;
      if (first === undefined) return undefined;
      return { template: first.template, parameters: united(nearest.flatMap(({ said }) => said ?? [])) };
    },
  };
}

/** `{id}` is one segment, `*path` one or more. */
const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .replaceAll(/[.()[\]]/gu, String.raw`\$&`)
      .replaceAll(/\{[^}]*\}/gu, '[^/]+')
      .replaceAll(/\*\w+/gu, '.+')}$`,
    'u',
  );

/** Of two routes that fit, the one with more fixed words is meant: /releases/permalink/latest, not /releases/{tag}/{x}. */
const literals = (template: string): number =>
  template.split('/').filter((part) => !part.startsWith('{') && !part.startsWith('*')).length;

function united(parameters: readonly Parameter[]): ReadonlyMap<string, KnownParameter> {
  const names = new Set(parameters.map(({ name }) => name));
  return new Map(
    [...names].map((name) => {
      const same = parameters.filter((each) => each.name === name);
      return [
        name,
        {
          required: same.some(({ required }) => required),
          types: same.flatMap(({ type }) => type ?? []),
          values: same.flatMap(({ values }) => values ?? []),
        },
      ];
    }),
  );
}
