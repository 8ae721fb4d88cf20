import { InvalidArgumentError } from "commander";
import { type ColumnMapping, ColumnMapping as Mapping, mappingTargets } from "#server/datasets/input.ts";
import { mappedReading } from "#server/datasets/shapes/mapping.rule.ts";

/** `question=prompt,answer=completion` (column=target) → {prompt: "question", completion: "answer"}. */
export function parseMap(text: string): ColumnMapping {
  const pairs = text.split(",").map((pair) => {
    const at = pair.lastIndexOf("=");
    return at > 0 ? [pair.slice(at + 1).trim(), pair.slice(0, at).trim()] : [pair.trim(), ""];
  });
  const parsed = Mapping.safeParse(Object.fromEntries(pairs));
  if (!parsed.success) {
    throw new InvalidArgumentError(`write column=target, with targets from ${mappingTargets.join(", ")}.`);
  }
  const reading = mappedReading(parsed.data);
  if ("lacks" in reading) throw new InvalidArgumentError(`${reading.lacks}.`);
  return parsed.data;
}

/** `10` → 1,000 basis points. */
export function parsePercent(text: string): number {
  const percent = Number(text);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError("give a percentage from 0 to 100.");
  return Math.round(percent * 100);
}
