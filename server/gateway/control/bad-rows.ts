import { DomainError } from "#server/errors.ts";

const header = "x-forge-on-bad-rows";

/** What an API caller decides about rows with problems: go on without them, or refuse the file. */
export type OnBadRows = "set_aside" | "refuse";

/**
 * The header `x-forge-on-bad-rows: skip | refuse`, or the same under `on_bad_rows` in a job's metadata; null when
 * neither says anything. Throws INVALID for another word.
 */
export function onBadRowsOf(
  request: { header: (name: string) => string | undefined },
  metadata?: Readonly<Record<string, string>> | null,
): OnBadRows | null {
  const said = request.header(header) ?? metadata?.on_bad_rows ?? null;
  if (said === null) return null;
  if (said === "skip") return "set_aside";
  if (said === "refuse") return "refuse";
  const field = request.header(header) === undefined ? "metadata.on_bad_rows" : header;
  throw new DomainError("INVALID", `${field} is skip or refuse`, { field });
}
