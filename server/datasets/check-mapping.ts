import type { ColumnMapping } from "#server/datasets/input.ts";
import { mappedReading } from "#server/datasets/shapes/mapping.rule.ts";
import { DomainError } from "#server/errors.ts";

/** Throws INVALID, naming what it lacks, for a mapping that makes no example. */
export function checkMapping(mapping: ColumnMapping | undefined): void {
  if (!mapping) return;
  const reading = mappedReading(mapping);
  if (!("lacks" in reading)) return;
  throw new DomainError("INVALID", `the mapping is not complete: ${reading.lacks}`, { field: "mapping" });
}
