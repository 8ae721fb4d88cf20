import { Breakable } from "#components/ui/breakable.tsx";
import { diffWords } from "#components/ui/diff.rule.ts";

/** A text with what is not in the reference marked as wrong. */
export function DeviationText({ reference, text }: { reference: string; text: string }) {
  return diffWords(reference, text).map((part, index) => {
    const key = `${index}-${part.kind}`;
    if (part.kind === "same")
      return (
        <span key={key}>
          <Breakable text={part.text} />
        </span>
      );
    if (part.kind === "del") return null;
    return (
      <mark key={key} className="rounded-[3px] bg-bad-soft px-0.5 text-bad">
        <Breakable text={part.text} />
      </mark>
    );
  });
}
