import type { EvalStatus, ModelVersionStatus } from "#db/enums.ts";
import type { Overlap, Verdict } from "#db/eval-summary.ts";
import { formatOverlap } from "#server/evals/overlap.rule.ts";
import { fewestCases } from "#server/evals/verdict.rule.ts";

/** The headline of a finished comparison; shares and marks lie in 0…1, the interval is 95 %. */
export type Evidence = {
  suite: string;
  n: number;
  difference: { score: number; low: number; high: number };
  verdict: Verdict;
  /** cases that would settle it; null when no difference was seen */
  needed: number | null;
  /** absent when nobody looked */
  overlap?: Overlap;
};

export type GateFacts = {
  candidate: { name: string; status: ModelVersionStatus; isChampion: boolean };
  /** what it must not be worse than; null when there is nothing to compare with (a first base) */
  opponent: { name: string; as: "champion" | "base" } | null;
  /** the latest succeeded eval of the two */
  evidence: Evidence | null;
  /** an eval of the two that has not ended yet */
  pending: EvalStatus | null;
  /** share of the cases, 0…1, that its targets may have been trained on */
  maxOverlap: number;
};

export type Check = { name: string; ok: boolean; detail: string };

/** `force`: refused, but a person may move the alias all the same and say why. */
export type GateAnswer = { do: "allow" | "force" | "refuse"; why: string; checks: Check[] };

/** May this version become champion? Only on evidence that it is not worse than what it replaces. */
export function judgeGate(facts: GateFacts): GateAnswer {
  const ready = readiness(facts);
  if (!ready.ok) return { do: "refuse", why: ready.detail, checks: [ready] };
  if (!facts.opponent) {
    const detail = "It is the first of its name: there is neither a champion nor a base to compare it with.";
    return { do: "allow", why: detail, checks: [ready, { name: "Compared", ok: true, detail }] };
  }
  const compared = comparison(facts, facts.opponent);
  if (!facts.evidence) return { do: "force", why: compared.detail, checks: [ready, compared] };
  const { outcome, check } = weigh(facts.evidence, facts.candidate.name, facts.opponent.name);
  const unseen = unseenCases(facts, facts.evidence, facts.opponent.name);
  const checks = [ready, compared, unseen, check];
  if (unseen.ok || outcome === "refuse") return { do: outcome, why: check.detail, checks };
  return { do: "force", why: unseen.detail, checks };
}

/** A model that met the questions in training answers them from memory. */
function unseenCases({ candidate, maxOverlap }: GateFacts, { overlap }: Evidence, opponent: string): Check {
  const name = "Cases it was not trained on";
  const words = formatOverlap(overlap, { candidate: candidate.name, baseline: opponent });
  if (!overlap || !words)
    return { name, ok: words === null, detail: words ?? "Neither was trained on any of the cases." };
  const unchecked = overlap.unchecked.candidate.length + overlap.unchecked.baseline.length > 0;
  const ok = !unchecked && overlap.either <= maxOverlap * overlap.cases;
  const most = `The gate accepts ${(maxOverlap * 100).toLocaleString("en-US")} % (FORGE_GATE_MAX_OVERLAP).`;
  return { name, ok, detail: overlap.either > 0 ? `${words} ${most}` : words };
}

function readiness({ candidate }: GateFacts): Check {
  const name = "Ready to serve";
  if (candidate.isChampion) return { name, ok: false, detail: `${candidate.name} is the champion already.` };
  if (candidate.status === "ready") return { name, ok: true, detail: "Its weights are stored with their sha256." };
  const why = candidate.status === "failed" ? "could not be imported" : "is still being imported";
  return { name, ok: false, detail: `${candidate.name} ${why}.` };
}

function comparison({ candidate, evidence, pending }: GateFacts, opponent: { name: string; as: string }): Check {
  const name = opponent.as === "champion" ? "Compared with the champion" : "Compared with its base";
  if (evidence) {
    return { name, ok: true, detail: `Against ${opponent.name} on ${evidence.suite}, ${evidence.n} cases.` };
  }
  if (pending) return { name, ok: false, detail: `The eval against ${opponent.name} is ${pending}: wait for its end.` };
  const todo = `evaluate ${candidate.name} against ${opponent.name} first`;
  return { name, ok: false, detail: `No eval has compared them: ${todo}.` };
}

function weigh(evidence: Evidence, name: string, opponent: string): { outcome: GateAnswer["do"]; check: Check } {
  const { difference, n, needed } = evidence;
  const range = `${points(difference.low)} to ${points(difference.high)}`;
  const seen = `${points(difference.score)} points (95 % interval ${range}, n = ${n})`;
  const said = (outcome: GateAnswer["do"], detail: string) => {
    return { outcome, check: { name: "Not worse", ok: outcome === "allow", detail } };
  };
  switch (evidence.verdict) {
    case "better":
      return said("allow", `${name} is better than ${opponent}: ${seen}.`);
    case "not worse":
      return said("allow", `${name} is not worse than ${opponent}: ${seen}.`);
    case "worse":
      return said("refuse", `${name} is worse than ${opponent}: ${seen}.`);
    case "cannot tell": {
      if (n < fewestCases)
        return said("force", `Insufficient data: n = ${n}. It takes at least ${fewestCases} unseen cases to tell.`);
      const more =
        needed === null
          ? "more cases that tell them apart"
          : `about ${needed.toLocaleString("en-US")} cases instead of ${n.toLocaleString("en-US")}`;
      return said("force", `Insufficient data: ${seen}. It takes ${more} to tell.`);
    }
  }
}

function points(share: number): string {
  const text = Math.abs(share * 100).toFixed(1);
  if (text === "0.0") return text;
  return `${share > 0 ? "+" : "−"}${text}`;
}
