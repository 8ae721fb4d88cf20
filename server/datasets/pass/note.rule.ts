import type { DatasetNoteCode } from "#db/enums.ts";
import type { Place } from "#server/datasets/rows/limits.rule.ts";
import type { RowNote } from "#server/datasets/shapes/problem.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";
import { storable } from "#server/text/stored-text.rule.ts";

/** What was done with some rows that people should know, though they are used: how many, and where the first one is. */
export type Note = Place & { code: DatasetNoteCode; name: string | null; rows: number };

/** Different notes of one file that are kept; a file with more different unused columns has other troubles. */
const maxNotes = 100;

/** Counts notes over a file, each with its first place. */
export function createNotes() {
  const notes: Note[] = [];
  // by code, then name: no key is put together for every note of every row
  const known = new Map<DatasetNoteCode, Map<string | null, Note>>();
  return {
    add({ code, name }: RowNote, { line, element }: Place) {
      const names = known.get(code) ?? new Map<string | null, Note>();
      const note = names.get(name);
      if (note) note.rows++;
      else if (notes.length < maxNotes) {
        const shown = name === null ? null : storable(cutText(name, 200));
        const first = { code, name: shown, rows: 1, line, element };
        notes.push(first);
        known.set(code, names.set(name, first));
      }
    },
    /** Columns last: they are the least surprising. */
    all: () => notes.toSorted((a, b) => Number(isColumn(a)) - Number(isColumn(b))),
  };
}

const isColumn = (note: Note) => note.code === "ignored_column";

/** A note in one sentence without its full stop. */
export function formatNote({ code, name, rows }: Pick<Note, "code" | "name" | "rows">): string {
  const count = `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;
  const [has, holds] = rows === 1 ? ["has", "holds"] : ["have", "hold"];
  switch (code) {
    case "ignored_column":
      return `column "${name}" is not used: ${count}`;
    case "ignored_key":
      return `"${name}" of turns is not used: ${count}`;
    case "system_overruled":
      return `${count} ${has} a system column and a system turn that differ: the turn is used`;
    case "turns_as_row":
      return `${count} ${rows === 1 ? "is a list" : "are lists"} of turns without an object: read as messages`;
    case "not_learnt":
      return `${count} ${has} assistant turns with weight 0: kept as context, not learnt`;
    case "user_not_learnt":
      return `${count} ${rows === 1 ? "marks" : "mark"} a turn of the user as learnt ("${name}"): only the assistant's are`;
    case "control_text":
      return `${count} ${holds} text that looks like a control token (${name}): it is learnt as plain text`;
  }
}
