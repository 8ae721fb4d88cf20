import { cutText } from "#server/text/cut-text.rule.ts";
import { isExactNumber, isExactObject } from "#server/text/exact-json.rule.ts";
import { storable } from "#server/text/stored-text.rule.ts";

const maxText = 400;
const maxItems = 10;
const maxKeys = 50;
const maxKey = 200;
const maxLevels = 4;

/**
 * A small copy of a foreign row to show to a person: long text, long lists and deep nesting are cut. A number that
 * JavaScript would change stands as the text it was written as, and is converted as that.
 */
export function sampleOf(value: unknown, levels = maxLevels): unknown {
  if (typeof value === "string") return storable(value.length > maxText ? `${cutText(value, maxText)}…` : value);
  if (Array.isArray(value)) return levels === 0 ? "[…]" : value.slice(0, maxItems).map((v) => sampleOf(v, levels - 1));
  if (isExactNumber(value)) return value.value;
  if (!isExactObject(value)) return value;
  if (levels === 0) return "{…}";
  const entries = Object.entries(value).slice(0, maxKeys);
  return Object.fromEntries(entries.map(([key, v]) => [storable(cutText(key, maxKey)), sampleOf(v, levels - 1)]));
}

/** May this be a copy of which something was cut away, so that it says nothing about the row itself? */
export function mayBeCut(sample: unknown): boolean {
  if (typeof sample === "string") return sample.endsWith("…") || sample === "[…]" || sample === "{…}";
  if (Array.isArray(sample)) return sample.length >= maxItems || sample.some(mayBeCut);
  if (!isExactObject(sample)) return false;
  const keys = Object.keys(sample);
  // a name may have lost one more, not to end with half a character
  return keys.length >= maxKeys || keys.some((key) => key.length >= maxKey - 1 || mayBeCut(sample[key]));
}
