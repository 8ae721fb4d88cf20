import { DomainError } from "#server/errors.ts";

const mostListed = 5;

/**
 * The one row that `ref` means among those it could: the one whose id it is, else the only one so named or with this
 * short id. Throws NOT_FOUND with the noun, CONFLICT with the matches in the order given; both name the field.
 */
export function pickNamed<Row extends { id: string; name: string }>(
  found: readonly Row[],
  ref: string,
  noun: string,
  field?: string,
): Row {
  const exact = found.filter((row) => row.id === ref);
  const meant = exact.length > 0 ? exact : found;
  const [first] = meant;
  if (!first) throw new DomainError("NOT_FOUND", `there is no ${noun} ${ref}`, { field });
  if (meant.length > 1) {
    const listed = meant.slice(0, mostListed).map((row) => `${row.name} (${row.id.slice(-6)})`);
    const more = meant.length > listed.length ? " …" : "";
    const message = `${ref} means ${meant.length} ${noun}s: ${listed.join(", ")}${more}. Take the short id`;
    throw new DomainError("CONFLICT", message, { field });
  }
  return first;
}
