import { z } from "zod";
import { storable } from "#server/text/stored-text.rule.ts";

/** What a person types into a search field. Postgres takes no NUL and no half character: they become one that finds nothing. */
export function searchText(mostCharacters: number) {
  return z.string().trim().max(mostCharacters, `search for at most ${mostCharacters} characters`).overwrite(storable);
}

/** Where a page of a list begins: opaque to callers, given out as `nextCursor`. Holds the longest text that a list sorts by, escaped. */
export const Cursor = z.string().max(4_096).nullish();

/** The order of a list by one of its columns; `desc` is largest or newest first. */
export function sortedBy<const By extends string>(
  columns: readonly [By, ...By[]],
  initial: NoInfer<By>,
  initiallyDesc = true,
) {
  return z.object({ by: z.enum(columns), desc: z.boolean() }).default({ by: initial, desc: initiallyDesc });
}

/** As large as the database's integers. */
export const Count = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

/** What a picker asks: the text typed, and the id chosen already, which is always among the answers. */
export const Pick = z.object({
  search: searchText(80).default(""),
  chosen: z.string().max(160).optional(),
  limit: z.int().min(1).max(100).default(20),
});
export type Pick = z.input<typeof Pick>;

/** What a filter asks: the text typed, and the values chosen already, which are always among the answers. */
export const PickMany = z.object({
  search: searchText(80).default(""),
  chosen: z.array(z.string().max(256)).max(50).default([]),
  limit: z.int().min(1).max(100).default(20),
});
export type PickMany = z.infer<typeof PickMany>;
