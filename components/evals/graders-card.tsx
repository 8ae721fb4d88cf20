import { graderWords } from "#components/evals/words.ts";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { graderKinds } from "#db/enums.ts";

type Kind = (typeof graderKinds)[number];

/** Which graders judge the answers; the first one decides. */
export function GradersCard({
  chosen,
  fields,
  onToggle,
  onFields,
}: {
  chosen: readonly Kind[];
  /** of the JSON grader, separated by commas */
  fields: string;
  onToggle: (kind: Kind, on: boolean) => void;
  onFields: (fields: string) => void;
}) {
  return (
    <Card title="Graders" aside="the first one decides the verdict">
      <div className="grid gap-3">
        {graderKinds.map((kind) => (
          <Field key={kind} inline label={graderWords[kind].label} hint={graderWords[kind].hint}>
            <Checkbox checked={chosen.includes(kind)} onCheckedChange={(on) => onToggle(kind, on === true)} />
          </Field>
        ))}
        {chosen.includes("json_fields") && (
          <Field
            label="JSON fields"
            optional
            hint="Separated by commas; `address.city` walks into objects. Empty compares the whole document."
          >
            <Input value={fields} placeholder="category, priority" onChange={(event) => onFields(event.target.value)} />
          </Field>
        )}
      </div>
    </Card>
  );
}
