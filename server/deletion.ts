import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { Deletion } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";

/**
 * The frame of every deletion, one transaction: `look` holds the row and says what depends on it, `remove` takes it
 * away and gives the ids and counts for the audit row, which outlives the thing and names it; then the disk is freed. REFUSED (reason `in_use`)
 * with everything that stands in the way; the attempt is audited too. → `{id, name, effects}`.
 */
export async function deleteThing<C extends Ctx, D extends Deletion>(
  ctx: C,
  action: string,
  look: (ctx: C) => Promise<D>,
  remove: (ctx: C, deletion: D) => Promise<Record<string, unknown>>,
  { audit = "project" }: { audit?: "project" | "installation" } = {},
) {
  const deletion = await transact(ctx, async (ctx) => {
    const deletion = await look(ctx);
    if (deletion.blockers.length > 0) return deletion;
    const detail = await remove(ctx, deletion);
    const place = { ...ctx, projectId: audit === "project" ? ctx.projectId : null };
    await recordAudit(place, action, deletion.id, { name: deletion.name, ...detail });
    ctx.enqueue("storage.collect", {}, { once: true });
    return deletion;
  });
  const { id, name, effects, blockers } = deletion;
  if (blockers.length === 0) return { id, name, effects };
  await transact(ctx, (ctx) => recordAudit(ctx, action, id, { name, why: blockers.join("; ") }, "refused"));
  throw new DomainError("REFUSED", `${name} cannot be deleted: ${blockers.join("; ")}`, { reason: "in_use" });
}
