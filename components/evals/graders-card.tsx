import { graderLabels } from "#components/evals/grader-text.ts";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { graderKinds } from "#db/enums.ts";

type Kind = (typeof graderKinds)[number];

/** Which graders judge the answers, and which of them is the headline. `chosen` begins with the headline. */
export function GradersCard({
  chosen,
  fields,
  error,
  onChoose,
  onFields,
}: {
  chosen: readonly Kind[];
  /** of the JSON grader, separated by commas */
  fields: string;
  error: string | undefined;
  onChoose: (chosen: Kind[]) => void;
  onFields: (fields: string) => void;
}) {
  const without = (kind: Kind) => chosen.filter((other) => other !== kind);
  return (
    <Card title="Graders" aside="the headline decides the verdict and the promotion">
      <div className="grid gap-3">
        {graderKinds.map((kind) => (
          <div key={kind} className="flex items-start justify-between gap-3">
            <Field inline label={graderLabels[kind].label} hint={graderLabels[kind].hint}>
              <Checkbox
                checked={chosen.includes(kind)}
                onCheckedChange={(on) => onChoose(on === true ? [...chosen, kind] : without(kind))}
              />
            </Field>
            {chosen[0] === kind && <Chip tone="run">Headline</Chip>}
            {chosen.indexOf(kind) > 0 && (
              <LinkButton className="shrink-0 text-xs" onClick={() => onChoose([kind, ...without(kind)])}>
                Make headline
              </LinkButton>
            )}
          </div>
        ))}
        {error && (
          <p role="alert" className="text-bad text-xs first-letter:uppercase">
            {error}
          </p>
        )}
        {chosen.includes("json_fields") && (
          <Field
            label="JSON fields"
            optional
            hint={
              <>
                Separated by commas; <code className="font-mono">address.city</code> walks into objects. Empty compares
                the whole document.
              </>
            }
          >
            <Input value={fields} placeholder="category, priority" onChange={(event) => onFields(event.target.value)} />
          </Field>
        )}
      </div>
    </Card>
  );
}
