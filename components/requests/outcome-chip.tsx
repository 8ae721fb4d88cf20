import { Ban, Check, LogOut, type LucideIcon, X } from "lucide-react";
import { Chip } from "#components/ui/chip.tsx";
import type { Tone } from "#components/ui/status.ts";
import type { RequestOutcome } from "#db/enums.ts";
import { outcomeOf } from "#server/requests/outcome.rule.ts";

const looks: Record<RequestOutcome, { word: string; tone: Tone; icon: LucideIcon }> = {
  answered: { word: "Answered", tone: "ok", icon: Check },
  refused: { word: "Refused", tone: "hold", icon: Ban },
  failed: { word: "Failed", tone: "bad", icon: X },
  left: { word: "Cancelled by caller", tone: "plain", icon: LogOut },
};

export const outcomeOptions = Object.entries(looks).map(([value, { word }]) => ({ value, label: word }));

/** Icon, word, colour, and the HTTP status where it tells more than the word. */
export function OutcomeChip({ status }: { status: number }) {
  const outcome = outcomeOf(status);
  const { word, tone, icon: Icon } = looks[outcome];
  return (
    <Chip tone={tone} icon={<Icon aria-hidden />}>
      {word}
      {(outcome === "refused" || outcome === "failed") && <span className="tabular-nums">{status}</span>}
    </Chip>
  );
}
