import { roleLabels } from "#components/people/roles.ts";
import { Card } from "#components/ui/card.tsx";
import { roles } from "#db/enums.ts";

/** What the five roles are for. */
export function RolesCard() {
  return (
    <Card title="What each role may do" flush>
      <dl className="divide-y">
        {roles.map((role) => (
          <div key={role} className="grid gap-x-4 px-4 py-2.5 md:grid-cols-[8rem_minmax(0,1fr)]">
            <dt className="font-medium">{roleLabels[role].name}</dt>
            <dd className="text-ink-2">{roleLabels[role].may}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
