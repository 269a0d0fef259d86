import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import type { Config } from '../config/settings.ts';
import type { Log } from '../log.ts';
import { tools } from '../tools/index.ts';
import { isOffered } from '../tools/policy.ts';
import type { Audit } from './audit.ts';
import { createCallGuard } from './call-guard.ts';
import type { OnRefusal } from './call-guard.ts';
import { createFairStart } from './fair-start.ts';
import { createGate } from './gate.ts';
import { createIdentities } from './identity.ts';
import type { IdentitiesOptions, Identity } from './identity.ts';
import { createOAuth } from './oauth/resource-server.ts';
import type { OAuth } from './oauth/resource-server.ts';
import { createTokenInfo } from './oauth/token-info.ts';

interface AccessOptions extends Pick<IdentitiesOptions, 'grants' | 'hash'> {
  readonly config: Config;
  readonly audit: Audit;
  readonly log: Log;
}

/** Who gets in, and as whom. */
export interface Access {
  /** Before the body is read: the gate, then the caller's identity. */
  readonly door: readonly RequestHandler[];
  /** Once the body is read: fair to those who come next to a burst. */
  readonly callGuard: readonly RequestHandler[];
  /** Where OAuth is on: the document that says where to log in. */
  readonly metadata: RequestHandler | undefined;
  readonly identify: (request: Request) => Identity;
  readonly close: () => Promise<void>;
}

const CHECK_TIMEOUT_MS = 5000;

export function createAccess({ config, grants, hash, audit, log }: AccessOptions): Access {
  const gate = createGate([config.MCP_AUTH_TOKEN, config.MCP_AUTH_TOKEN_PREVIOUS]);
  const { oauth, close } = oauthOf(config, log);
  const identities = createIdentities({
    mode: config.GITLAB_TOKEN_MODE,
    sharedToken: config.GITLAB_PERSONAL_ACCESS_TOKEN,
    gate,
    oauth,
    grants,
    hash,
  });
  return {
    door: [gate.handler, identities.handler],
    callGuard: [
      createFairStart({ flowOf: (request) => identities.of(request).flow }),
      createCallGuard({ identify: identities.of, oauth, isWrite, onRefusal: tellRefusals(audit) }),
    ],
    metadata: oauth?.metadata,
    identify: identities.of,
    close,
  };
}

const argumentsOf = z.record(z.string(), z.unknown());

/** A call that is refused before it is one has a line in the audit log like any other. */
const tellRefusals =
  (audit: Audit): OnRefusal =>
  ({ caller }, { name, arguments: given }, outcome) => {
    const tool = tools.get(name);
    if (tool === undefined) return;
    const args = argumentsOf.safeParse(given).data ?? {};
    audit({ callId: randomUUID(), caller: caller.id, tool, args, outcome, facts: undefined, ms: 0 });
  };

/** Whether the tool is there for this caller and changes things in GitLab; any other is refused elsewhere, or reads. */
function isWrite({ caller }: Identity, name: string): boolean {
  const tool = tools.get(name);
  return tool !== undefined && tool.effect !== 'read' && isOffered(caller.grants, tool);
}

function oauthOf(
  { OAUTH_ISSUER: issuer, PUBLIC_URL: publicUrl, ...config }: Config,
  log: Log,
): { readonly oauth: OAuth | undefined; readonly close: () => Promise<void> } {
  if (issuer === undefined || publicUrl === undefined) return { oauth: undefined, close: async () => undefined };
  const caPem = config.GITLAB_CA_CERT_PEM;
  const { ask, close } = createTokenInfo({ issuer, caPem, timeoutMs: CHECK_TIMEOUT_MS, log });
  const oauth = createOAuth({
    issuer,
    publicUrl,
    applicationIds: config.OAUTH_APPLICATION_IDS,
    scopes: config.OAUTH_SCOPES,
    askTokenInfo: ask,
    now: Date.now,
  });
  return { oauth, close };
}
