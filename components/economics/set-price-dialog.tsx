"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { PriceRow } from "#components/economics/price-row.ts";
import { failureOf } from "#components/failure.ts";
import { FormError } from "#components/form/form.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { notify } from "#components/ui/toast.tsx";
import { SetPrice } from "#server/economics/input.ts";

/** Sets what a model's tokens cost from now on; what was billed before stays as it was. */
export function SetPriceDialog({ row }: { row: PriceRow }) {
  const [open, setOpen] = useState(false);
  const refusal = useRefusal("economics.setPrice");
  if (refusal) return null;
  const words = row.price ? "Change price" : "Set price";
  return (
    <>
      <Button size="sm" aria-label={`${words} of ${row.name}`} onClick={() => setOpen(true)}>
        {words}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`What ${row.name} costs`}
        description="From now on. Calls already logged keep the price they were billed at."
      >
        <PriceForm row={row} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function PriceForm({ row, onDone }: { row: PriceRow; onDone: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const set = useMutation(
    trpc.economics.setPrice.mutationOptions({
      onSuccess: () => {
        notify.done(`${row.name} has a new price`, "The gateway bills it within a second.");
        void queryClient.invalidateQueries(trpc.economics.prices.pathFilter());
        onDone();
      },
    }),
  );
  const start: SetPrice = { model: row.id, input: row.price?.input ?? "", output: row.price?.output ?? "" };
  const form = useForm({ resolver: zodResolver(SetPrice), defaultValues: start });
  const { errors, isSubmitting } = form.formState;

  async function submit(input: SetPrice) {
    try {
      await set.mutateAsync(input);
    } catch (error) {
      const { message, field } = failureOf(error);
      form.setError(field === "input" || field === "output" ? field : "root", { message });
    }
  }

  return (
    <form className="grid gap-4" onSubmit={form.handleSubmit(submit)} noValidate>
      <Field label="Input tokens" hint="US dollars per 1M tokens" error={errors.input?.message}>
        <Input {...form.register("input")} inputMode="decimal" placeholder="0.15" unit="$ / 1M" autoFocus />
      </Field>
      <Field label="Output tokens" hint="US dollars per 1M tokens" error={errors.output?.message}>
        <Input {...form.register("output")} inputMode="decimal" placeholder="0.60" unit="$ / 1M" />
      </Field>
      <FormError>{errors.root?.message}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" pending={isSubmitting}>
          Set price
        </Button>
      </div>
    </form>
  );
}
