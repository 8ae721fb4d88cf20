import { and, eq, inArray, sql } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { keptAfterUseMinutes } from "#server/datasets/uploads/limits.rule.ts";

/** What these finished uploads became names their bytes now: soon they need not. */
export async function letGoOfUploads({ db, projectId }: Pick<Ctx, "db" | "projectId">, ids: readonly string[]) {
  if (ids.length === 0) return;
  const soon = sql`least(${uploads.expiresAt}, now() + interval '1 minute' * ${keptAfterUseMinutes})`;
  await db
    .update(uploads)
    .set({ expiresAt: soon })
    .where(and(inArray(uploads.id, [...ids]), eq(uploads.projectId, projectId), eq(uploads.status, "finished")));
}
