/**
 * Where the session token lives. `__Host-` pins it to this host, https and the root path, so no sub-domain can set it.
 * Over http the port is in the name: cookies ignore ports, and two consoles on one machine must not sign each other out.
 */
export function sessionCookie(publicUrl: string) {
  const { protocol, port } = new URL(publicUrl);
  const secure = protocol === "https:";
  return {
    name: secure ? "__Host-forge-session" : `forge-session-${port || "80"}`,
    options: { httpOnly: true, sameSite: "lax" as const, path: "/", secure },
  };
}

/** The value of one cookie in a Cookie header; null when it is absent. */
export function cookieValue(header: string | null, name: string): string | null {
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
