type Settings = {
  FORGE_PUBLIC_URL?: string | undefined;
  FORGE_TRUSTED_PROXIES: string;
  FORGE_PORT: number;
  FORGE_HOST: string;
};

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * What a start says when people come through a proxy that FORGE_TRUSTED_PROXIES does not name; null: nothing to say.
 * There is a proxy where the public address speaks TLS or another port than the console, or names a host while the
 * console listens on loopback alone.
 */
export function proxyWarning(settings: Settings): string | null {
  if (!settings.FORGE_PUBLIC_URL || settings.FORGE_TRUSTED_PROXIES.trim() !== "") return null;
  const { protocol, port, hostname } = new URL(settings.FORGE_PUBLIC_URL);
  const listensOutside = !loopback.has(settings.FORGE_HOST) && settings.FORGE_HOST !== "::1";
  const isDirect = protocol === "http:" && Number(port || 80) === settings.FORGE_PORT;
  if (isDirect && (listensOutside || loopback.has(hostname))) return null;
  return `FORGE_PUBLIC_URL (${settings.FORGE_PUBLIC_URL}) is a proxy's address, but FORGE_TRUSTED_PROXIES is not set: everybody seems to come from the proxy, so one person's wrong passwords lock an account for all who use it. Set it to the address the proxy connects from, for example 127.0.0.1.`;
}
