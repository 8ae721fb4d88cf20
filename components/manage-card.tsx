"use client";
import { Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { z } from "zod";
import { Form } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { notify } from "#components/ui/toast.tsx";

type Named = { name: string };
type Rename = {
  name: string;
  /** who sees the name, and what it does not change */
  hint: string;
  schema: z.ZodType<Named, Named>;
  refusal?: string | undefined;
  autoComplete?: "name";
  send: (input: Named) => Promise<unknown>;
  onDone: () => unknown;
};
type Leaving = {
  /** "Archive project" */
  label: string;
  /** what becomes of it */
  says: string;
  procedure: string;
  icon?: ReactNode;
  /** it can be undone: not a red button */
  undoable?: boolean;
  /** asks first, and says what it affects */
  dialog: (asked: { open: boolean; onOpenChange: (open: boolean) => void }) => ReactNode;
};

/** The last card of a page: what the thing is called, and its ways to leave; what this person may not do says why. */
export function ManageCard({ rename, leaving = [] }: { rename?: Rename; leaving?: readonly Leaving[] }) {
  if (!rename && leaving.length === 0) return null;
  return (
    <Card title={leaving.length > 0 ? "Manage" : "Name"} flush>
      <CardRows>
        {rename && (
          <CardRow>
            <RenameForm key={rename.name} {...rename} />
          </CardRow>
        )}
        {leaving.map((way) => (
          <LeavingRow key={way.label} {...way} />
        ))}
      </CardRows>
    </Card>
  );
}

function RenameForm({ name, hint, schema, refusal, autoComplete, send, onDone }: Rename) {
  const form = useVerbForm({
    schema,
    initial: { name },
    send,
    onDone: () => {
      notify.done("The name is changed");
      return onDone();
    },
    next: (typed) => typed,
  });
  return (
    <Form form={form} className="w-full grid-cols-[minmax(0,20rem)_auto] items-start justify-start gap-3 py-1">
      <Field label="Name" hint={hint} error={form.errorAt("name") ?? form.unplaced}>
        <Input {...form.register("name")} autoComplete={autoComplete ?? "off"} readOnly={Boolean(refusal)} />
      </Field>
      <Button
        type="submit"
        className="mt-6.5"
        pending={form.pending}
        disabledReason={refusal ?? (form.isDirty ? undefined : "Change the name first")}
      >
        Rename
      </Button>
    </Form>
  );
}

function LeavingRow({ label, says, procedure, icon = <Trash2 aria-hidden />, undoable = false, dialog }: Leaving) {
  const refusal = useRefusal(procedure);
  const [open, setOpen] = useState(false);
  return (
    <CardRow className="flex-wrap justify-between gap-3">
      <p className="max-w-xl text-ink-2">{says}</p>
      <Button
        variant={undoable ? "outline" : "danger"}
        icon={icon}
        disabledReason={refusal}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      {dialog({ open, onOpenChange: setOpen })}
    </CardRow>
  );
}
