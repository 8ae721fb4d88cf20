import { cutText } from "#server/text/cut-text.rule.ts";

const maxLength = 80;

/** A dataset's name from a file's: without folders and ending, and only characters a name may have. */
export function nameFromFile(filename: string): string {
  const base = filename.replace(/^.*[/\\]/, "").replace(/(\.[a-z][a-z0-9]{1,6}){1,2}$/i, "");
  const name = base.replace(/[^\p{L}\p{N} ._-]+/gu, "-").replace(/^[^\p{L}\p{N}]+/u, "");
  return cutText(name, maxLength).trim() || "dataset";
}

/** `support` or `support/3` as people write it. */
export function parseDatasetRef(ref: string): { name: string; version: number | null } {
  const found = /^(.*)\/(\d{1,9})$/.exec(ref);
  return found?.[1] ? { name: found[1], version: Number(found[2]) } : { name: ref, version: null };
}
