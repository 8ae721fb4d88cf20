/** Where to go after signing in: only a path of this console, never another site (`//host`, `/\host`). */
export function nextPath(wanted: string | null | undefined): string {
  if (!wanted?.startsWith("/") || /^\/[/\\]/.test(wanted) || /[\p{Cc}]/u.test(wanted)) return "/";
  return wanted;
}
