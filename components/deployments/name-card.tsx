import type { inferRouterOutputs } from "@trpc/server";
import type { ComponentProps } from "react";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { formatMeaning } from "#server/deployments/bare-name.rule.ts";
import type { AppRouter } from "#server/router.ts";

type Meaning = inferRouterOutputs<AppRouter>["deployments"]["meaningOfName"];

/** The name that clients call; one that a model answers today is taken over only when that is said. */
export function NameCard({
  name,
  input,
  errorAt,
  meaning,
  takeOver,
  onTakeOver,
}: {
  name: string;
  /** joins the name to the form */
  input: ComponentProps<"input">;
  errorAt: (field: "name" | "takeOver") => string | undefined;
  /** who answers calls of this name today; null: nobody, or another deployment */
  meaning: Meaning;
  takeOver: boolean;
  onTakeOver: (takeOver: boolean) => void;
}) {
  return (
    <Card title="Name">
      <div className="grid gap-4">
        <Field
          label="Model name for clients"
          hint={
            <>
              What they put into <code className="font-mono">model</code>. Lower-case letters, digits, dots, dashes.
            </>
          }
          error={errorAt("name")}
          required
        >
          <Input {...input} placeholder="support" autoComplete="off" />
        </Field>
        {meaning && (
          <Field
            inline
            className="rounded-md bg-hold-soft px-3 py-2.5"
            error={errorAt("takeOver")}
            label={`Move the callers of ${name} to this deployment`}
            hint={
              <span className="text-ink-2">
                Today {formatMeaning(meaning)} answers calls of {name}. From then on this deployment does; the version
                stays callable as {otherNames(meaning)}.
              </span>
            }
          >
            <Checkbox checked={takeOver} onCheckedChange={(on) => onTakeOver(on === true)} />
          </Field>
        )}
      </div>
    </Card>
  );
}

function otherNames({ version }: NonNullable<Meaning>) {
  return [version.name, ...version.aliases.map((alias) => `${version.model}@${alias}`)].join(" or ");
}
