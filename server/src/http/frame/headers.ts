import type { ServerResponse } from 'node:http';

/** What pages may load. `nonce` lets the component library add its style element; nothing inline runs otherwise. */
export function contentSecurityPolicy(nonce?: string): string {
  const style = nonce === undefined ? "'self'" : `'self' 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${style}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * Puts the strict headers on the raw response, so that streams and every kind of refusal carry them too. An answer that says
 * one of them itself (static files: Cache-Control, CSP) replaces it.
 */
export function harden(outgoing: ServerResponse, { https, requestId }: { https: boolean; requestId: string }): void {
  outgoing.setHeader('content-security-policy', contentSecurityPolicy());
  outgoing.setHeader('x-content-type-options', 'nosniff');
  outgoing.setHeader('referrer-policy', 'no-referrer');
  outgoing.setHeader('cross-origin-opener-policy', 'same-origin');
  outgoing.setHeader('cross-origin-resource-policy', 'same-origin');
  outgoing.setHeader('cache-control', 'no-store');
  outgoing.setHeader('x-request-id', requestId);
  if (https) outgoing.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
}
