/** Where to go after signing in: only a path of this console, never another site (`//host`, `/\host`). */
export function nextPath(wanted: string | null | undefined): string {
  if (!wanted?.startsWith("/") || /^\/[/\\]/.test(wanted) || /[\p{Cc}]/u.test(wanted)) return "/";
  return wanted;
}

/** The address of this console that a sign-in may lead back to: the wanted one when it is ours, else the first page. */
export function safeCallbackUrl(wanted: string, publicUrl: string): string {
  const url = URL.canParse(wanted, publicUrl) ? new URL(wanted, publicUrl) : null;
  return url?.origin === new URL(publicUrl).origin ? url.href : publicUrl;
}
