const longest = 64;

/**
 * A model's name from any text, as ModelName allows it: "Support triage (EU)" → "support-triage-eu"; "tuned" when no
 * Latin letter or digit is in it. It travels in a header, so it must be ASCII.
 */
export function modelNameFrom(text: string): string {
  const name = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, longest)
    .replace(/[^a-z0-9]+$/, "");
  return name === "" ? "tuned" : name;
}
