type Version = {
  id: string;
  model: string;
  kind: "base" | "tuned";
  aliases: readonly string[];
  baseVersionId: string | null;
};

/**
 * The pair that a new eval proposes, `versions` newest first. Candidate: the newest version of `lastModel`, the one the
 * suite compared last, else the newest tuned one. Null where nothing fits.
 */
export function proposeCandidate<V extends Version>(versions: readonly V[], lastModel: string | null): V | null {
  const own = versions.find((version) => version.model === lastModel);
  return own ?? versions.find((version) => version.kind === "tuned") ?? null;
}

/** What a candidate has to beat: its own model's champion, else the base it was tuned on, else the model's version before it. */
export function proposeBaseline<V extends Version>(versions: readonly V[], candidate: V): V | null {
  const others = versions.filter((version) => version.id !== candidate.id);
  const own = others.filter((version) => version.model === candidate.model);
  return (
    own.find((version) => version.aliases.includes("champion")) ??
    others.find((version) => version.id === candidate.baseVersionId) ??
    own[0] ??
    null
  );
}
