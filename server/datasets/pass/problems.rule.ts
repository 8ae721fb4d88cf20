import type { Place } from "#server/datasets/rows/limits.rule.ts";
import type { RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";
import { storable } from "#server/text/stored-text.rule.ts";

/** Problems that are listed; the rows of each are counted without end. */
export const maxListedProblems = 100;
/** Problems of one code and field that are told apart by their message; the last of them speaks for all others. */
const maxWordings = 5;
const maxPlaces = 5;
const maxText = 240;

/**
 * One problem: what is wrong in its first row, how many rows have it, and where the first few stand.
 * `text` is the beginning of the first row as it stands in the file.
 */
export type Problem = Place & RowProblem & { text: string; rows: number; places: Place[] };

/** `exact`: all rows so far have this message, but for where in a list their field is. */
type Group = { listed: Problem; wording: string; exact: boolean };

/**
 * Groups the problems of rows into `listed`: the same thing said of the same field, wherever in a list that field is.
 * Of very many wordings the later ones share an entry whose message says that it is the first row's.
 */
export function createProblems(listed: Problem[]) {
  const kinds = new Map<string, Group[]>();

  function groupOf(place: Place, found: RowProblem, text: string): Group | null {
    const kind = `${found.code} ${anyIndex(found.field ?? "")}`;
    const wording = anyIndex(`${found.message}\n${found.remedy}`);
    const groups = kinds.get(kind) ?? [];
    const known = groups.find((group) => group.wording === wording);
    if (known) return known;
    const isFull = listed.length >= maxListedProblems;
    const last = groups.at(-1);
    if (last && (isFull || groups.length >= maxWordings)) return generalise(last);
    if (isFull) return null;
    const group = { listed: first(place, found, text), wording, exact: true };
    kinds.set(kind, [...groups, group]);
    listed.push(group.listed);
    return group;
  }

  return {
    /** All problems of one row; `text` is the row. */
    add({ line, element }: Place, problems: readonly RowProblem[], text: string) {
      const groups = new Set(problems.map((found) => groupOf({ line, element }, found, text)));
      for (const group of groups) {
        if (!group) continue;
        const { listed: entry } = group;
        entry.rows++;
        if (entry.places.length < maxPlaces) entry.places.push({ line, element });
      }
    },
  };
}

function anyIndex(text: string): string {
  return text.replaceAll(/\[\d+\]/g, "[]");
}

function generalise(group: Group): Group {
  if (group.exact) group.listed.message += " (the first row; the others have it in other words)";
  group.exact = false;
  return group;
}

/** An entry that no row is counted in yet. */
function first(place: Place, found: RowProblem, text: string): Problem {
  const message = storable(found.message);
  const field = found.field === null ? null : storable(found.field);
  const shown = storable(text.length > maxText ? `${cutText(text, maxText)}…` : text);
  return { ...place, ...found, field, message, text: shown, rows: 0, places: [] };
}

/** "Line 3", "Line 3, 5 and 7", "Line 3, 5, 7 and 4,996 more". */
export function formatPlaces({ places, rows }: Pick<Problem, "places" | "rows">): string {
  const shown = places.slice(0, 3);
  const words = shown.map(({ line, element }) => (element === null ? `${line}` : `${line} (element ${element})`));
  if (rows > shown.length) words.push(`${(rows - shown.length).toLocaleString("en")} more`);
  const last = words.pop() ?? "";
  return `Line ${words.length > 0 ? `${words.join(", ")} and ${last}` : last}`;
}
