/** First segments of the console's own pages: a project of that name would hide them. */
const reserved = ["account", "api", "invite", "new", "settings", "sign-in", "sign-out", "static", "welcome"];
const longest = 40;

/** "Support triage (EU)" → "support-triage-eu"; null when nothing usable is left or the console needs the word itself. */
export function slugOf(name: string): string | null {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
  return slug === "" || reserved.includes(slug) ? null : slug;
}

/** "support", taken → "support-2", then "support-3", … */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  let number = 2;
  while (taken.has(`${slug}-${number}`)) number += 1;
  return `${slug}-${number}`;
}
