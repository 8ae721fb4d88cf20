"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Form, FormError } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { notify } from "#components/ui/toast.tsx";
import { SetRetention } from "#server/projects/input.ts";

const kinds = [
  ["requestDays", "Requests", "Each call with its attempts, and totals by the minute. Goes by whole weeks."],
  ["rollupDays", "Hourly totals", "Counts, tokens, cost and latencies by the hour."],
  ["runEventDays", "Run events", "Curves and log lines of ended runs; the run and its results stay."],
  ["auditDays", "Audit log", "Who did what. At least a year."],
] as const;

/** For how many days the project keeps what it logs. */
export function RetentionCard({ retention }: { retention: SetRetention }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refusal = useRefusal("projects.setRetention");
  const save = useMutation(trpc.projects.setRetention.mutationOptions());
  const { requestDays, rollupDays, runEventDays, auditDays } = retention;
  const values = { requestDays, rollupDays, runEventDays, auditDays };
  const form = useVerbForm({
    schema: SetRetention,
    initial: values,
    send: save.mutateAsync,
    onDone: () => {
      notify.done("The retention was changed");
      void queryClient.invalidateQueries(trpc.projects.pathFilter());
    },
    next: (typed) => typed,
  });
  const shorter = kinds.some(([name]) => form.typed[name] < values[name]);

  return (
    <Card title="Retention">
      <Form form={form}>
        <div className="grid gap-4 md:grid-cols-2">
          {kinds.map(([name, label, hint]) => (
            <Field key={name} label={`${label}, days`} hint={hint} error={form.errorAt(name)}>
              <Input
                {...form.register(name, { valueAsNumber: true })}
                inputMode="numeric"
                autoComplete="off"
                readOnly={Boolean(refusal)}
              />
            </Field>
          ))}
        </div>
        <FormError>{form.unplaced}</FormError>
        <div className="flex flex-wrap items-center gap-3">
          <Button
            type="submit"
            pending={form.pending}
            disabledReason={refusal ?? (form.isDirty ? undefined : "Change a number first")}
          >
            Save
          </Button>
          {form.isDirty && shorter && (
            <span className="text-ink-2 text-xs">What is older is deleted within the hour.</span>
          )}
        </div>
      </Form>
    </Card>
  );
}
