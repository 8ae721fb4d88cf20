import { type Ctx, transact } from "#server/context.ts";
import type { Deletion } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";
import type { Changes, DeleteAction } from "#server/signals/changes.ts";

/**
 * The frame of every deletion, one transaction: `look` holds the row and says what depends on it, `remove` takes it
 * away and says so, by a name that outlives the thing; then the disk is freed. REFUSED (reason `in_use`) with
 * everything that stands in the way; the attempt is audited too. → `{id, name, effects}`.
 */
export async function deleteThing<C extends Ctx, D extends Deletion>(
  ctx: C,
  action: DeleteAction,
  look: (ctx: C) => Promise<D>,
  remove: (ctx: C & Changes, deletion: D) => Promise<void>,
) {
  const deletion = await transact(ctx, async (ctx) => {
    const deletion = await look(ctx);
    if (deletion.blockers.length > 0) return deletion;
    await remove(ctx, deletion);
    ctx.enqueue("storage.collect", {}, { once: true });
    return deletion;
  });
  const { id, name, effects, blockers } = deletion;
  if (blockers.length === 0) return { id, name, effects };
  const why = blockers.join("; ");
  await transact(ctx, async (ctx) => ctx.changed({ action, id, outcome: "refused", detail: { name, why } }));
  throw new DomainError("REFUSED", `${name} cannot be deleted: ${why}`, { reason: "in_use" });
}
