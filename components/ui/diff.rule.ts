import { diffArrays } from "diff";

export type DiffPart = { kind: "same" | "ins" | "del"; text: string };

/** Two texts further apart than this many words in and out share nothing worth showing: one replacement (about 0.1 s). */
const mostEdits = 1_000;

/**
 * Word-level difference of two texts (Myers, by jsdiff); a word is a run of letters and digits of any script.
 * Reading the parts without `ins` gives `before`, without `del` gives `after`.
 */
export function diffWords(before: string, after: string): DiffPart[] {
  const changes = diffArrays(words(before), words(after), { maxEditLength: mostEdits });
  const parts: DiffPart[] = changes
    ? changes.map(({ added, removed, value }) => ({
        kind: added ? "ins" : removed ? "del" : "same",
        text: value.join(""),
      }))
    : [
        { kind: "del", text: before },
        { kind: "ins", text: after },
      ];
  return parts.filter(({ text }) => text !== "");
}

function words(text: string) {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}
