import { ArrowDown, ArrowUp, CircleHelp, Equal } from "lucide-react";
import { Chip } from "#components/ui/chip.tsx";
import type { Verdict } from "#db/eval-summary.ts";

const looks = {
  better: { tone: "ok", icon: ArrowUp },
  worse: { tone: "bad", icon: ArrowDown },
  "not worse": { tone: "mute", icon: Equal },
  "cannot tell": { tone: "hold", icon: CircleHelp },
} as const satisfies Record<Verdict, unknown>;

/** What the interval of the difference lets one say. */
export function VerdictChip({ verdict }: { verdict: Verdict }) {
  const { tone, icon: Icon } = looks[verdict];
  return (
    <Chip tone={tone} icon={<Icon aria-hidden />}>
      {verdict}
    </Chip>
  );
}
