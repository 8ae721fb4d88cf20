import { z } from "zod";
import { aliasNames } from "#db/enums.ts";

/** A version is named by its id, `support/3`, `support@champion` or its `ft:…` name. */
const VersionName = z.string().trim().min(1).max(160);

export const PromoteModelVersion = z.object({
  version: VersionName,
  alias: z.enum(aliasNames).default("champion"),
  /** id of the version that holds the alias as the caller saw it, null = nobody; another one = CONFLICT */
  expected: z.string().nullish(),
  /** move it although the gate refuses; takes a reason, which is kept in the audit log */
  force: z.boolean().default(false),
  reason: z.string().trim().max(500).optional(),
});
export type PromoteModelVersion = z.input<typeof PromoteModelVersion>;

export const GateQuestion = z.object({ version: VersionName });
export type GateQuestion = z.infer<typeof GateQuestion>;
