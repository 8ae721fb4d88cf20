import { z } from "zod";
import { storable } from "#server/storable.rule.ts";

/** What a person types into a search field. Postgres takes no NUL and no half character: they become one that finds nothing. */
export function searchText(mostCharacters: number) {
  return z.string().trim().max(mostCharacters, `search for at most ${mostCharacters} characters`).overwrite(storable);
}
