import type { ReactNode } from "react";
import { diffWords } from "#components/ui/diff.rule.ts";

function Ins({ children }: { children: ReactNode }) {
  return <ins className="rounded-[3px] bg-ok-soft px-0.5 text-ok no-underline">{children}</ins>;
}

function Del({ children }: { children: ReactNode }) {
  return <del className="rounded-[3px] bg-bad-soft px-0.5 text-bad">{children}</del>;
}

/** Word marks between two texts. `side` shows only that side's marks, for texts that stand next to each other. */
export function DiffText({
  before,
  after,
  side = "both",
}: {
  before: string;
  after: string;
  side?: "both" | "before" | "after";
}) {
  return diffWords(before, after).map((part, index) => {
    const key = `${index}-${part.kind}`;
    if (part.kind === "same") return <span key={key}>{part.text}</span>;
    if (part.kind === "ins") return side === "before" ? null : <Ins key={key}>{part.text}</Ins>;
    return side === "after" ? null : <Del key={key}>{part.text}</Del>;
  });
}
