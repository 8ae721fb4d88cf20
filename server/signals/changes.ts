import type { Db } from "#db/client.ts";
import type { Actor } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import type { ActionEntry, Nothing, Why } from "#server/signals/action-entry.ts";
import { type Action, actions, type ProjectAction } from "#server/signals/actions.ts";
import { noticeOf, sendNotices } from "#server/signals/live.ts";
import { bumpSnapshot } from "#server/signals/snapshot.ts";

type Carried<A extends Action> = NonNullable<(typeof actions)[A]["carries"]>;

type Detail<D> = [D] extends [Nothing] ? { detail?: undefined } : object extends D ? { detail?: D } : { detail: D };
type Heard<A extends Action> = (typeof actions)[A]["at"] extends "memberships"
  ? { heardIn: readonly string[] }
  : unknown;

type Done<A extends Action> = [Carried<A>["done"]] extends [never]
  ? never
  : { action: A; id: string; outcome?: "done" } & Detail<Carried<A>["done"]> & Heard<A>;

type Refused<A extends Action> = [Carried<A>["refused"]] extends [never]
  ? never
  : { action: A; id: string | null; outcome: "refused"; detail: Carried<A>["refused"] };

type Said<A extends Action> = { [K in A]: Done<K> | Refused<K> }[A];

/** Turned away before the verb was reached: nothing but the reason is known. */
type TurnedAway = { action: ProjectAction; id: null; outcome: "refused"; detail: Why };

/** What `ctx.changed` takes outside any project: `id` names what was touched, `heardIn` the projects whose pages hear of it. */
export type OutsideChange = Said<Exclude<Action, ProjectAction>>;
/** What `ctx.changed` takes in a project; `id` names what was touched. */
export type Change = Said<Action> | TurnedAway;

/** Those that take a thing away, by the frame of `deleteThing`. */
export type DeleteAction = Exclude<Extract<ProjectAction, `${string}.delete${string}`>, "files.delete">;

type KeysOf<D> = D extends Nothing ? never : keyof D;
/** Every field that some detail has. */
export type DetailField =
  | { [A in Action]: KeysOf<Carried<A>["done"]> | KeysOf<Carried<A>["refused"]> }[Action]
  | keyof Why;

type ByActor = { actor: Actor };
type InProject = ByActor & { projectId: string };

/**
 * On the ctx inside `transact`, and nowhere else. `changed` says what was done or refused, under the actor and in the
 * project of the ctx it is called on: the audit row, the notice to open pages and the bump of the gateways' snapshot
 * follow when the outermost transaction commits. `rerouted` is for what no action tells of: gateways cache it, and it
 * changed (a replica of these projects is ready; a host is gone, and with it no project's replica).
 */
export type Changes = {
  changed: (this: InProject, change: Change) => void;
  rerouted: (projectIds: readonly string[]) => void;
};
/** The same where the ctx names no project. */
export type UnscopedChanges = {
  changed: { (this: ByActor, change: OutsideChange): void; (this: InProject, change: Change): void };
  rerouted: Changes["rerouted"];
};

/** Of Postgres' 65,535 parameters for one statement. */
const rowsPerInsert = 5_000;

/** What one transaction has to say, kept until it is about to commit. */
export function collectChanges() {
  const rows: (typeof auditLog.$inferInsert)[] = [];
  const notices = new Set<string>();
  /** the projects in which gateways cache what changed; "all" when one is gone */
  let routed: Set<string> | "all" | null = null;
  let isOver = false;

  function changed(this: ByActor & { projectId?: string }, change: Change): void {
    const { action, id, outcome = "done", detail = {} } = change;
    if (isOver) throw new Error(`${action} was said when its transaction had ended`);
    const { projectId = null, actor } = this;
    const entry: ActionEntry = actions[action];
    const isDone = outcome === "done";
    const isOutside = entry.at !== "project" || (isDone && entry.outlivesProject === true);
    if (!isOutside && projectId === null) throw new Error(`${action} was said without a project`);
    rows.push({
      id: newId("audit"),
      projectId: isOutside ? null : projectId,
      actor,
      action,
      targetId: id,
      outcome,
      detail: { ...detail },
    });
    if (!isDone) return;
    const here = projectId === null ? [] : [projectId];
    const projects = ("heardIn" in change && change.heardIn) || here;
    if (entry.routed && entry.outlivesProject) routed = "all";
    else if (entry.routed) reroute(projects);
    for (const kind of entry.tells ?? [])
      for (const project of projects) if (id) notices.add(noticeOf(`project:${project}`, { kind, id }));
  }

  function rerouted(projectIds: readonly string[]): void {
    if (isOver) throw new Error("a route changed when its transaction had ended");
    reroute(projectIds);
  }

  function reroute(projectIds: readonly string[]): void {
    if (routed !== "all") routed = new Set([...(routed ?? []), ...projectIds]);
  }

  /** Write it all, right before the commit. */
  async function write(db: Db): Promise<void> {
    isOver = true;
    for (let from = 0; from < rows.length; from += rowsPerInsert)
      await db.insert(auditLog).values(rows.slice(from, from + rowsPerInsert));
    if (notices.size > 0) await sendNotices({ db }, [...notices]);
    if (routed) await bumpSnapshot({ db }, routed === "all" ? undefined : [...routed]);
  }

  return { changed, rerouted, write };
}
