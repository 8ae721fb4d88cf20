/**
 * A `Content-Disposition` that saves as `filename`: RFC 8187 wants everything but its attr-char percent-encoded, and
 * encodeURIComponent leaves four of those that are none.
 */
export function attachmentOf(filename: string): string {
  const rest = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return `attachment; filename*=UTF-8''${encodeURIComponent(filename).replace(/['()*]/g, rest)}`;
}
