import { z } from "zod";
import { percent } from "#server/deployments/weights.rule.ts";

export type DeploymentEvent = { action: string; outcome: "done" | "refused"; detail: Record<string, unknown> };
export type EventText = { title: string; detail: string | null; state: "ok" | "bad" | "plain" };

const Created = z.object({
  takesOverFrom: z.string().optional(),
  revisions: z.array(z.object({ number: z.number(), weightBps: z.number(), model: z.string() })),
});
const Moved = z.object({ moves: z.array(z.object({ name: z.string(), from: z.number(), to: z.number() })) });
const Added = z.object({ number: z.number(), model: z.string() });
const Retired = z.object({ number: z.number() });
const Refused = z.object({ why: z.string() });

const verbs: Record<string, string> = {
  "deployments.create": "Created",
  "deployments.setWeights": "Traffic moved",
  "deployments.addRevision": "Revision added",
  "deployments.retireRevision": "Revision retired",
  "deployments.archive": "Deployment retired",
};

/** What an audit row of a deployment says to people. */
export function describeEvent({ action, outcome, detail }: DeploymentEvent): EventText {
  const title = verbs[action] ?? action;
  if (outcome === "refused") {
    const why = Refused.safeParse(detail).data?.why ?? "the role does not allow it";
    return {
      title: action === "deployments.setWeights" ? "Traffic not moved" : `${title}: refused`,
      detail: why,
      state: "bad",
    };
  }
  const created = Created.safeParse(detail).data;
  if (action === "deployments.create" && created) {
    const parts = created.revisions.map(
      ({ number, model, weightBps }) => `v${number} (${model}) ${percent(weightBps)}`,
    );
    if (created.takesOverFrom) parts.push(`took the callers of ${created.takesOverFrom} over`);
    return { title, detail: parts.join(", "), state: "plain" };
  }
  const moves = movesOf(detail);
  if (action === "deployments.setWeights" && moves.length > 0) {
    const gainer = moves.find((move) => move.to > move.from) ?? moves[0];
    const others = moves.filter((move) => move !== gainer).map(formatMove);
    return { title: gainer ? formatMove(gainer) : title, detail: others.join(", ") || null, state: "ok" };
  }
  const added = Added.safeParse(detail).data;
  if (action === "deployments.addRevision" && added)
    return { title: `v${added.number} added`, detail: `${added.model}, without traffic`, state: "plain" };
  const retired = Retired.safeParse(detail).data;
  if (action === "deployments.retireRevision" && retired)
    return { title: `v${retired.number} retired`, detail: null, state: "plain" };
  return { title, detail: null, state: "plain" };
}

/** The weights that an event moved, by the revision's short name; empty for any other event. */
export function movesOf(detail: Record<string, unknown>): { name: string; from: number; to: number }[] {
  const moves = Moved.safeParse(detail).data?.moves ?? [];
  return moves.map((move) => ({ ...move, name: move.name.split(" ")[0] ?? move.name }));
}

function formatMove({ name, from, to }: { name: string; from: number; to: number }) {
  return `${name} ${percent(from)} → ${percent(to)}`;
}
