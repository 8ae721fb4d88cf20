import type { ReactNode } from "react";

/** One line of what a form's card says will happen: a <dt> and its <dd>, with how we know it behind. */
export function SummaryLine({ label, value, evidence }: { label: string; value: ReactNode; evidence?: ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 text-right tabular-nums [overflow-wrap:anywhere]">
        {value} {evidence}
      </dd>
    </div>
  );
}
