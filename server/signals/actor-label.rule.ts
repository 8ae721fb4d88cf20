/** Actors of ours with a name of their own; any other is called by its id: `system:rollout-judge` is "rollout judge". */
export const systemActorLabels: Readonly<Record<string, string>> = {
  "local-admin": "the shell",
  "sign-in": "the sign-in page",
  visitor: "a visitor",
};

/** Who acted, in a word: "Ada", "ci", "the shell", "supervisor"; `name` is that of the person or key, null when it is gone. */
export function actorLabel(actor: string, name: string | null): string {
  const [kind = "", id = ""] = actor.split(":");
  if (kind === "system") return systemActorLabels[id] ?? id.replaceAll("-", " ");
  return name ?? `${kind} ${id.slice(-6)}`;
}
