import { z } from "zod";
import { searchText } from "#server/input.ts";

/** One letter of ASCII fits nearly everything; one character of another script can be a whole word. */
export function isSearchable(text: string): boolean {
  return text.length > 1 || /\P{ASCII}/u.test(text);
}

export const Search = z.object({ text: searchText(100).refine(isSearchable, "type at least two characters") });
export type Search = z.infer<typeof Search>;
