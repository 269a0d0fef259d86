import { X509Certificate } from 'node:crypto';
import * as z from 'zod';

/** Finds what is wrong with a text, as words that follow its name, with the remedy; undefined where nothing is. */
type FaultOf = (text: string) => string | undefined;

/** true or false, also written 1, 0, yes, no, in any case. */
export function flag() {
  const yes = ['true', '1', 'yes'];
  const no = ['false', '0', 'no'];
  return textWith((text) =>
    [...yes, ...no].includes(text.toLowerCase())
      ? undefined
      : 'is neither true nor false; write true or false (1, 0, yes and no are understood too)',
  ).transform((text) => yes.includes(text.toLowerCase()));
}

/** A whole number in digits, from `min` to `max`. */
export function wholeNumber(min: number, max: number) {
  return textWith((text) =>
    /^\d{1,15}$/u.test(text) && Number(text) >= min && Number(text) <= max
      ? undefined
      : `is not a whole number from ${String(min)} to ${String(max)}; write such a number in digits, without unit or separator`,
  ).transform(Number);
}

/** One of a few words, in any case. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z
    .string()
    .toLowerCase()
    .pipe(z.enum(words, { error: `is none of ${words.join(', ')}; write one of them` }));
}

/** A secret that travels in an HTTP header: visible ASCII without spaces. */
export function headerSecret() {
  return textWith((text) =>
    /^[!-~]+$/u.test(text)
      ? undefined
      : 'has a space, a line break or a character outside ASCII inside; copy the bare value, without quotes or a word before it',
  );
}

/** A secret of at least `min` characters. */
export function longSecret(min: number) {
  return textWith((text) =>
    text.length >= min
      ? undefined
      : `is shorter than ${String(min)} characters; make one with: openssl rand -hex ${String(min)}`,
  );
}

/** A GitLab project: its numeric id or its full path. */
export function project() {
  return textWith(projectFault);
}

/** Comma list of GitLab projects; a list of nothing but commas is a fault, since no list at all lifts the restriction. */
export function projectList() {
  return textWith((text) => {
    const items = itemsOf(text);
    if (items.length === 0) return 'names no project; name at least one, or remove the variable to allow all projects';
    const wrong = items.find((item) => projectFault(item) !== undefined);
    return wrong === undefined ? undefined : `has an item ${JSON.stringify(wrong)} that ${projectFault(wrong) ?? ''}`;
  }).transform(readonlyItemsOf);
}

/** A GitLab namespace: the path of a group or user. */
export function namespace() {
  return textWith((text) =>
    /^[\w.-]+(?:\/[\w.-]+)*$/u.test(text)
      ? undefined
      : 'is not the path of a group or user; write it as in its web address, such as team/backend',
  );
}

/** Comma list of host names; a scheme and a port are taken off, since hosts are compared without them. */
export function hostList() {
  return textWith((text) => {
    const wrong = itemsOf(text).find((item) => hostName(item) === undefined);
    return wrong === undefined
      ? undefined
      : `has an item ${JSON.stringify(wrong)} that is not a host name; write names such as mcp.example.com, separated by commas`;
  }).transform((text): readonly string[] => itemsOf(text).map((item) => hostName(item) ?? item));
}

/** A host name or IP address to listen on. */
export function listenHost() {
  return textWith((text) =>
    /^[\w.:-]+$/u.test(text)
      ? undefined
      : 'is not a host name or IP address; write 127.0.0.1 for this machine only or 0.0.0.0 for all interfaces, without scheme or port',
  );
}

/** GitLab's REST base URL; `/api/v4` is appended where it is missing. */
export function gitlabApiUrl() {
  return textWith(apiUrlFault).transform((text) => {
    const url = new URL(text);
    const path = url.pathname.replace(/\/+$/u, '');
    return `${url.origin}${path.endsWith('/api/v4') ? path : `${path}/api/v4`}`;
  });
}

/** A web address without query and fragment; a slash at its end is taken off. */
export function webUrl() {
  return textWith((text) => {
    const url = urlOf(text);
    const isWeb =
      url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.search === '' && url.hash === '';
    if (!isWeb) return 'is not a web address; write it such as https://mcp.example.com';
    return hasCredentials(url) ? 'has credentials inside, and is shown to everybody; take them out' : undefined;
  }).transform((text) => text.replace(/\/+$/u, ''));
}

/** A path without a slash at its end. */
export function urlPath() {
  return textWith((text) =>
    /^(?:\/[\w.~-]+)+\/?$/u.test(text) ? undefined : 'is not a path; write it such as /gitlab',
  ).transform((text) => text.replace(/\/$/u, ''));
}

/** Comma list of plain words. */
export function wordList() {
  return textWith((text) => {
    const wrong = itemsOf(text).find((item) => !/^[\w:.-]+$/u.test(item));
    return wrong === undefined ? undefined : `has an item ${JSON.stringify(wrong)}; write words separated by commas`;
  }).transform((text): readonly string[] => itemsOf(text));
}

/** redis:// or rediss:// with a host and at most a database number. */
export function redisUrl() {
  return textWith(redisUrlFault);
}

/** One or more PEM certificates; `\n` written out, as in one-line secrets, is read as a line break. */
export function certificates() {
  return textWith((text) =>
    areCertificates(withLineBreaks(text))
      ? undefined
      : 'holds no readable PEM certificate; give the text itself (not a file name) from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
  ).transform(withLineBreaks);
}

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

// URL.parse is not in every Node 20.
function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** A text in which `faultOf` finds nothing wrong. */
export function textWith(faultOf: FaultOf) {
  return z.string().check((context) => {
    const message = faultOf(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  });
}

function projectFault(text: string): string | undefined {
  return /^[1-9]\d*$/u.test(text) || /^[\w.-]+(?:\/[\w.-]+)+$/u.test(text)
    ? undefined
    : 'is neither a project id nor a full path; write 42 or group/project';
}

/** The items of a comma list. */
export function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function readonlyItemsOf(text: string): readonly string[] {
  return itemsOf(text);
}

function hostName(item: string): string | undefined {
  const bare = item.replace(/^https?:\/\//iu, '').replace(/\/$/u, '');
  if (!/^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/iu.test(bare)) return undefined;
  return urlOf(`http://${bare}`)?.hostname;
}

function apiUrlFault(text: string): string | undefined {
  const url = urlOf(text);
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    return 'is not an http:// or https:// URL; write one such as https://gitlab.example.com';
  if (hasCredentials(url))
    return 'has credentials inside; take them out and give the token in GITLAB_PERSONAL_ACCESS_TOKEN';
  if (/[?#]/u.test(text)) return 'has a query or fragment; end it after the path';
  const path = url.pathname.replace(/\/+$/u, '');
  return /\/api(?:\/(?:v\d+|graphql))?$/u.test(path) && !path.endsWith('/api/v4')
    ? 'ends in another API than /api/v4; end it in /api/v4, or leave /api out'
    : undefined;
}

function redisUrlFault(text: string): string | undefined {
  const url = urlOf(text);
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '')
    return 'is not a Redis URL; write redis://[user:password@]host[:6379][/0], or rediss:// for TLS, and percent-encode special characters';
  if (!isPercentEncoded(url.username) || !isPercentEncoded(url.password))
    return 'has a % in its user or password that begins no code; percent-encode special characters (% is %25)';
  if (/[?#]/u.test(text)) return 'has a query or fragment; end it after the host and port, or with a number such as /0';
  return /^\/?\d*$/u.test(url.pathname)
    ? undefined
    : 'has a path that is no database number; end it after the host and port, or with a number such as /0';
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function withLineBreaks(text: string): string {
  return text.replaceAll(String.raw`\n`, '\n');
}

function areCertificates(text: string): boolean {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu) ?? [];
  return blocks.length > 0 && blocks.every((block) => isCertificate(block));
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).subject !== '';
  } catch {
    return false;
  }
}
