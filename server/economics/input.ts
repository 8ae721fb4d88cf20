import { z } from "zod";
import { Cursor, searchText, sortedBy } from "#server/input.ts";

/** Dollars as people write them: at most nine decimals, so that nanodollars hold them exactly. */
const UsdPerMillionTokens = z
  .string()
  .trim()
  .regex(/^\d{1,6}(\.\d{1,9})?$/, "write dollars for a million tokens, for example 0.15");

/** `model`: its name or id. Both prices are US dollars per million tokens. */
export const SetPrice = z.object({
  model: z.string().trim().min(1, "choose a model").max(200),
  input: UsdPerMillionTokens,
  output: UsdPerMillionTokens,
});
export type SetPrice = z.infer<typeof SetPrice>;

export const priceSorts = ["name", "kind", "input", "output", "since"] as const;

export const ListPrices = z.object({
  search: searchText(80).default(""),
  cursor: Cursor,
  sort: sortedBy(priceSorts, "name", false),
  limit: z.int().min(1).max(100).default(50),
});
export type ListPrices = z.input<typeof ListPrices>;
