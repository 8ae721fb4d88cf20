import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { graderKinds, graders, type GraderKind as Kind, optionKey } from "#server/evals/graders.rule.ts";

/** Which graders judge the answers, and which of them is the headline. `chosen` begins with the headline. */
export function GradersCard({
  chosen,
  options,
  error,
  onChoose,
  onOptions,
}: {
  chosen: readonly Kind[];
  /** what was typed, by `optionKey` */
  options: Readonly<Record<string, string>>;
  error: string | undefined;
  onChoose: (chosen: Kind[]) => void;
  onOptions: (options: Record<string, string>) => void;
}) {
  const without = (kind: Kind) => chosen.filter((other) => other !== kind);
  return (
    <Card title="Graders" aside="the headline decides the verdict and the promotion">
      <div className="grid gap-3">
        {graderKinds.map((kind) => (
          <div key={kind} className="flex items-start justify-between gap-3">
            <Field inline label={graders[kind].label} hint={graders[kind].hint}>
              <Checkbox
                checked={chosen.includes(kind)}
                onCheckedChange={(on) => onChoose(on === true ? [...chosen, kind] : without(kind))}
              />
            </Field>
            {chosen[0] === kind && <Chip tone="run">Primary metric</Chip>}
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
        {chosen.flatMap((kind) =>
          Object.entries(graders[kind].asks).map(([option, { label, hint, placeholder }]) => {
            const key = optionKey(kind, option);
            return (
              <Field key={key} label={label} optional hint={hint}>
                <Input
                  value={options[key] ?? ""}
                  placeholder={placeholder}
                  onChange={(event) => onOptions({ ...options, [key]: event.target.value })}
                />
              </Field>
            );
          }),
        )}
      </div>
    </Card>
  );
}
