type HeaderBag = { get: (name: string) => string | null };

/**
 * Did our own page send this? Asked before a cookie is believed for anything but reading. Sec-Fetch-Site decides where
 * the browser sends it (https and localhost); else the Origin must be the public address or the host that was asked.
 */
export function isSameOrigin(headers: HeaderBag, publicOrigin: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("origin");
  if (origin === null || !URL.canParse(origin)) return false;
  // A page on another host cannot forge Host, and a cookie never travels to a host it was not set for.
  return origin === publicOrigin || new URL(origin).host === headers.get("host");
}
