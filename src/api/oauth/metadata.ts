import express from 'express';
import type { RequestHandler } from 'express';

interface MetadataOptions {
  readonly issuer: string;
  /** Without /mcp and without a slash at its end. */
  readonly publicUrl: string;
  readonly scopes: readonly string[];
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** Where clients find the document; below PUBLIC_URL, so that a proxy in front passes it on as it passes /mcp. */
export const metadataUrl = (publicUrl: string): string => `${publicUrl}${WELL_KNOWN}/mcp`;

/** The document of RFC 9728 that names GitLab as the place to log in: https://www.rfc-editor.org/rfc/rfc9728#section-2 */
export function createMetadata({ issuer, publicUrl, scopes }: MetadataOptions): RequestHandler {
  const document = {
    resource: `${publicUrl}/mcp`,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
    resource_name: 'GitLab over MCP',
  };
  // RFC 9728 puts a path of PUBLIC_URL behind the well-known part.
  const { pathname } = new URL(`${publicUrl}/mcp`);
  const paths = [...new Set([WELL_KNOWN, `${WELL_KNOWN}/mcp`, `${WELL_KNOWN}${pathname}`])];
  const router = express.Router();
  router.get(paths, (_request, response) => {
    // Public, also for clients that run in a web page.
    response.set({ 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=300' }).json(document);
  });
  return router;
}
