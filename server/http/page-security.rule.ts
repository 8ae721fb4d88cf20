/** The request header that carries the nonce of a page to its layout; what a client sends under this name is overwritten. */
export const nonceHeader = "x-nonce";

/**
 * The content security policy of a page: scripts are files of ours or carry this answer's nonce. Styles may stand in
 * the page: charts and menus measure and place themselves with them.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** What every answer of console and API carries. Addresses of one-time links must not travel in a Referer. */
export function securityHeaders(publicUrl: string): Record<string, string> {
  const headers: Record<string, string> = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };
  if (new URL(publicUrl).protocol === "https:") headers["strict-transport-security"] = "max-age=31536000";
  return headers;
}
