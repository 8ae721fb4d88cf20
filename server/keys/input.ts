import { z } from "zod";
import { roles, scopes } from "#db/enums.ts";
import { Cursor, searchText, sortedBy } from "#server/input.ts";

const longestLifeDays = 3_650;

const KeyName = z
  .string()
  .trim()
  .min(1, "give the key a name, for example the program that will use it")
  .max(60, "use at most 60 characters")
  .regex(/^\P{Cc}*$/u, "use no control characters");

/** `expiresInDays: null` never expires. */
export const CreateKey = z.object({
  name: KeyName,
  scopes: z
    .array(z.enum(scopes))
    .min(1, "choose at least one scope")
    .max(scopes.length)
    .transform((chosen) => scopes.filter((scope) => chosen.includes(scope))),
  expiresInDays: z
    .number("type a number of days")
    .int("whole days only")
    .min(1, "at least one day")
    .max(longestLifeDays, `at most ${longestLifeDays} days`)
    .nullable(),
});
export type CreateKey = z.infer<typeof CreateKey>;

export const keySorts = ["name", "createdAt", "lastUsedAt", "expiresAt"] as const;

export const ListKeys = z.object({
  q: searchText(60).default(""),
  show: z.enum(["live", "ended", "all"]).default("live"),
  cursor: Cursor,
  sort: sortedBy(keySorts, "createdAt"),
  limit: z.number().int().min(1).max(100).default(50),
});
export type ListKeys = z.input<typeof ListKeys>;

export const KeysOfMember = z.object({ userId: z.string().max(64), role: z.enum(roles).optional() });
export type KeysOfMember = z.infer<typeof KeysOfMember>;

export const RevokeKey = z.object({ keyId: z.string().max(64) });
export type RevokeKey = z.infer<typeof RevokeKey>;
