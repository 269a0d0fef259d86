import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { lazily } from './lazily.ts';
import { createDocument } from './openapi-document.ts';
import type { Document, Parameter } from './openapi-document.ts';

/** What all documents together say of one parameter. */
export interface KnownParameter {
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

/** Knows what the documents of a folder know; they are read at the first question. */
export function createOpenApi(folder: string): OpenApi {
  const routes = lazily(() =>
    readDocuments(folder).flatMap((document) =>
      document.templates.map((template) => ({ document, template, ...shapeOf(template) })),
    ),
  );
  return {
    routeOf: (method, wirePath) => {
      const fitting = routes().flatMap(({ document, ...route }) => {
        const said = route.pattern.test(wirePath) ? document.parametersOf(route.template, method) : undefined;
        return said === undefined ? [] : [{ route, said }];
      });
      const words = Math.max(...fitting.map(({ route }) => route.words));
      const nearest = fitting.filter(({ route }) => route.words === words);
      const first = nearest[0]?.route;
      if (first === undefined) return undefined;
      const outside = nearest.flatMap(({ said }) => said).filter(({ name }) => !first.inPath.includes(name));
      return { template: first.template, parameters: united(outside) };
    },
  };
}

function readDocuments(folder: string): readonly Document[] {
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/u.test(name));
  return files.map((name) => createDocument(readFileSync(path.join(folder, name), 'utf8')));
}

interface Shape {
  readonly pattern: RegExp;
  /** Of two routes that fit, the one with more fixed words is meant: `/releases/permalink/latest`, not `/releases/{tag}`. */
  readonly words: number;
  /** Parameters that are part of the path although a document says otherwise. */
  readonly inPath: readonly string[];
}

/** `{id}` is one segment, `*path` one or more, what stands in parentheses may be absent. */
function shapeOf(template: string): Shape {
  const pattern = template
    .replaceAll(/[.[\]]/gu, String.raw`\$&`)
    .replaceAll('(', '(?:')
    .replaceAll(')', ')?')
    .replaceAll(/\{[^}]*\}/gu, '[^/]+')
    .replaceAll(/\*\w+/gu, '.+');
  return {
    pattern: new RegExp(`^${pattern}$`, 'u'),
    words: template.split('/').filter((part) => /^\w/u.test(part)).length,
    inPath: [...template.matchAll(/\*(?<name>\w+)/gu)].map(([, name = '']) => name),
  };
}

function united(parameters: readonly Parameter[]): ReadonlyMap<string, KnownParameter> {
  const known = new Map<string, KnownParameter>();
  for (const { name, required, type, values } of parameters) {
    const before = known.get(name);
    known.set(name, {
      required: required || before?.required === true,
      types: [...(before?.types ?? []), ...(type === undefined ? [] : [type])],
      values: [...(before?.values ?? []), ...(values ?? [])],
    });
  }
  return known;
}
