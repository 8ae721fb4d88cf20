import type { Place } from "#server/datasets/rows/limits.rule.ts";
import type { RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";
import { storable } from "#server/text/stored-text.rule.ts";

/** Kinds of problem that are listed; the rows of a kind are counted without end. */
export const maxListedProblems = 100;
const maxPlaces = 5;
const maxText = 240;

/**
 * One kind of problem: what is wrong in its first row, how many rows have it, and where the first few stand.
 * `text` is the beginning of the first row as it stands in the file.
 */
export type Problem = Place & RowProblem & { text: string; rows: number; places: Place[] };

/** Groups the problems of rows into `listed`, by what is wrong and in which field, wherever in a list that field is. */
export function createProblems(listed: Problem[]) {
  const groups = new Map<string, Problem>();
  return {
    /** All problems of one row; `text` is the row. */
    add({ line, element }: Place, problems: readonly RowProblem[], text: string) {
      const keys = new Set<string>();
      for (const found of problems) {
        const key = `${found.code} ${found.field?.replaceAll(/\[\d+\]/g, "[]") ?? ""}`;
        if (keys.has(key)) continue;
        keys.add(key);
        const known = groups.get(key);
        if (known) {
          known.rows++;
          if (known.places.length < maxPlaces) known.places.push({ line, element });
        } else if (groups.size < maxListedProblems) {
          const group = first({ line, element }, found, text);
          groups.set(key, group);
          listed.push(group);
        }
      }
    },
  };
}

function first(place: Place, found: RowProblem, text: string): Problem {
  const message = storable(found.message);
  const field = found.field === null ? null : storable(found.field);
  const shown = storable(text.length > maxText ? `${cutText(text, maxText)}…` : text);
  return { ...place, ...found, field, message, text: shown, rows: 1, places: [place] };
}

/** "Line 3", "Line 3, 5 and 7", "Line 3, 5, 7 and 4,996 more". */
export function formatPlaces({ places, rows }: Pick<Problem, "places" | "rows">): string {
  const shown = places.slice(0, 3);
  const words = shown.map(({ line, element }) => (element === null ? `${line}` : `${line} (element ${element})`));
  if (rows > shown.length) words.push(`${(rows - shown.length).toLocaleString("en")} more`);
  const last = words.pop() ?? "";
  return `Line ${words.length > 0 ? `${words.join(", ")} and ${last}` : last}`;
}
