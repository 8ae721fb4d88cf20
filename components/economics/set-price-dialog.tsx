"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { PriceRow } from "#components/economics/price-row.ts";
import { Form, FormError } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
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
  const set = useMutation(trpc.economics.setPrice.mutationOptions());
  const initial: SetPrice = { model: row.id, input: row.price?.input ?? "", output: row.price?.output ?? "" };
  const form = useVerbForm({
    schema: SetPrice,
    initial,
    send: set.mutateAsync,
    onDone: () => {
      notify.done(`${row.name} has a new price`, "The gateway bills it within a second.");
      void queryClient.invalidateQueries(trpc.economics.prices.pathFilter());
      onDone();
    },
  });

  return (
    <Form form={form}>
      <Field label="Input tokens" hint="US dollars per 1M tokens" error={form.errorAt("input")}>
        <Input {...form.register("input")} inputMode="decimal" placeholder="0.15" unit="$ / 1M" autoFocus />
      </Field>
      <Field label="Output tokens" hint="US dollars per 1M tokens" error={form.errorAt("output")}>
        <Input {...form.register("output")} inputMode="decimal" placeholder="0.60" unit="$ / 1M" />
      </Field>
      <FormError>{form.unplaced}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Set price
        </Button>
      </div>
    </Form>
  );
}
