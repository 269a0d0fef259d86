import * as z from 'zod';
import type { Taken } from '../gitlab-client/support.ts';
import type { KnownParameter, OpenApi } from './openapi.ts';

type Sent = readonly (readonly [name: string, value: unknown])[];

/** What GitLab's documents say against a request, each a sentence that begins with the route. */
export function problemsOf({ method, url, headers, body }: Taken, openApi: OpenApi): readonly string[] {
  const { pathname, searchParams } = new URL(url, 'http://gitlab');
  if (!pathname.startsWith('/api/v4/')) return [`${method} ${pathname} is not of the API`];
  const route = openApi.routeOf(method, pathname.slice('/api/v4'.length));
  if (route === undefined) return [`${method} ${pathname} is no route`];
  const sent = [
    ...[...searchParams].map(([name, value]) => [name.replaceAll('[]', ''), value] as const),
    ...sentIn(body, headers['content-type'] ?? ''),
  ];
  const problems = [
    ...sent.flatMap(([name, value]) =>
      isWithinUnknown(name, route.parameters) ? [] : faultOf(name, value, route.parameters.get(name)),
    ),
    ...lacking(sent, route.parameters),
  ];
  return [...new Set(problems)].map((problem) => `${method} ${route.template} ${problem}`);
}

function sentIn(body: Buffer, contentType: string): Sent {
  if (contentType.startsWith('multipart/form-data')) {
    const parts = body.toString('latin1').matchAll(/\bname="(?<name>[^"]*)"/gu);
    return [...parts].map(([, name = '']) => [name, undefined] as const);
  }
  return body.length === 0 ? [] : flat('', JSON.parse(body.toString('utf8')));
}

const record = z.record(z.string(), z.unknown());

/** `{ position: { new_line: 1 } }` as `position` and `position[new_line]`, as a form would send it. */
function flat(name: string, value: unknown): Sent {
  if (Array.isArray(value)) return [[name, undefined], ...value.flatMap((each: unknown) => flat(name, each))];
  if (typeof value !== 'object' || value === null) return [[name, value]];
  const inside = Object.entries(record.parse(value));
  const own: Sent = name === '' ? [] : [[name, undefined]];
  return [...own, ...inside.flatMap(([key, each]) => flat(name === '' ? key : `${name}[${key}]`, each))];
}

function faultOf(name: string, value: unknown, known: KnownParameter | undefined): readonly string[] {
  if (known === undefined) return [`knows no ${name}`];
  if (value === undefined || value === null) return [];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (known.values.length > 0 && !known.values.includes(text)) return [`knows no ${name}=${text}`];
  return known.types.length > 0 && !known.types.some((type) => fits(text, type)) ? [`takes no ${name}=${text}`] : [];
}

/** GitLab reads parameters as text, so only what no text could be read as is at fault. */
function fits(text: string, type: string): boolean {
  if (type === 'integer') return /^-?\d+$/u.test(text);
  if (type === 'number') return text !== '' && Number.isFinite(Number(text));
  return type === 'boolean' ? /^(?:true|false)$/u.test(text) : true;
}

/** `position` of `position[new_line]`. */
const outer = (name: string): string => name.replace(/\[[^[]*\]$/u, '');

/** Of an object that no document knows, only the object is reported. */
const isWithinUnknown = (name: string, parameters: ReadonlyMap<string, KnownParameter>): boolean =>
  name.includes('[') && !parameters.has(outer(name));

/** A part of an object is required where its object is there. */
function lacking(sent: Sent, parameters: ReadonlyMap<string, KnownParameter>): readonly string[] {
  const names = new Set(sent.map(([name]) => name));
  const isDue = (name: string): boolean => !name.includes('[') || names.has(outer(name));
  const missing = [...parameters].filter(([name, { required }]) => required && isDue(name) && !names.has(name));
  return missing.map(([name]) => `needs ${name}`);
}
