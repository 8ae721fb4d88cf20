/** What a bare model name means: the model's champion, else its only version, else the only one that can be called. */
export function bareVersion<V extends { notReady: string | null }>(
  versions: readonly V[],
  champion: V | undefined,
): V | undefined {
  if (champion) return champion;
  if (versions.length === 1) return versions[0];
  // one that cannot be called yet does not make the callable one ambiguous
  const callable = versions.filter((version) => version.notReady === null);
  return callable.length === 1 ? callable[0] : undefined;
}

type Version = { name: string; model: string; aliases: readonly string[]; notServable: string | null };

/**
 * Who answers calls of `name` where no deployment has it: the version behind the bare name of the model called so.
 * `versions` are those of the project, named like `support/3`. Null: no model answers to it.
 */
export function bareMeaning<V extends Version>(versions: readonly V[], name: string) {
  const its = versions.filter((version) => version.model === name).map((own) => ({ own, notReady: own.notServable }));
  const found = bareVersion(
    its,
    its.find(({ own }) => own.aliases.includes("champion")),
  );
  return found ? { version: found.own, champion: found.own.aliases.includes("champion") } : null;
}

/** "the champion triage/2", "the model version nano/1" */
export function formatMeaning({ version, champion }: { version: { name: string }; champion: boolean }): string {
  return `the ${champion ? "champion" : "model version"} ${version.name}`;
}
