import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { type Scope, scopes } from "#db/enums.ts";
import { pickNamed } from "#server/text/named.rule.ts";

const daysPer = { d: 1, w: 7, m: 30, y: 365 } as const;
const Unit = z.enum(["d", "w", "m", "y"]);

/** `90d`, `2w`, `6m`, `1y` → days; `never` → null. */
export function parseExpiry(text: string): number | null {
  if (text === "never") return null;
  const match = /^([1-9]\d{0,3})([dwmy])$/.exec(text);
  if (!match) throw new InvalidArgumentError("write 90d, 2w, 6m, 1y or never.");
  return Number(match[1]) * daysPer[Unit.parse(match[2])];
}

/** `inference,runs:read`, after those of earlier `--scope`s → all of them. An unknown one lists what there is. */
export function parseScopes(text: string, before: readonly Scope[] = []): Scope[] {
  const wanted = [...before, ...text.split(",").map((scope) => scope.trim())].filter((scope) => scope !== "");
  const parsed = z.array(z.enum(scopes)).safeParse(wanted);
  if (parsed.success) return parsed.data;
  const unknown = wanted.find((text) => !z.enum(scopes).safeParse(text).success);
  throw new InvalidArgumentError(`there is no scope ${unknown}; there are ${scopes.join(", ")}.`);
}

/** The one key that `ref` means: its id, its last six characters or its name. Throws NOT_FOUND, or CONFLICT with the matches. */
export function pickKey<Key extends { id: string; name: string }>(keys: readonly Key[], ref: string): Key {
  const isMeant = (key: Key) => key.id === ref || key.name === ref || key.id.slice(-6) === ref;
  return pickNamed(keys.filter(isMeant), ref, "live key");
}
