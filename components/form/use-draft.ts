"use client";
import { useEffect, useRef, useState } from "react";
import type { FieldValues, UseFormReturn } from "react-hook-form";
import { type DraftOf, draftKey, forgetDraft, readDraft, writeDraft } from "#components/form/drafts.ts";

/**
 * Keeps what is typed into a form in this browser tab, across navigation and reload, and puts it back when the form opens
 * again. `restored` says so until it is discarded or sent; null keeps nothing.
 */
export function useDraft<Values extends FieldValues, Input>(
  form: UseFormReturn<Values, unknown, Input>,
  draft: DraftOf<Values> | null,
) {
  const [restored, setRestored] = useState(false);
  const key = draft && draftKey(draft);
  const schema = useRef(draft?.schema);
  schema.current = draft?.schema;

  useEffect(() => {
    const kept = key && schema.current ? readDraft(key, schema.current) : null;
    if (kept) form.reset(kept, { keepDefaultValues: true });
    setRestored(kept !== null);
    if (!key) return;
    return form.subscribe({
      formState: { values: true },
      callback: ({ values, defaultValues }) => {
        if (JSON.stringify(values) === JSON.stringify(defaultValues)) forgetDraft(key);
        else writeDraft(key, values);
      },
    });
  }, [key, form]);

  function clear() {
    if (key) forgetDraft(key);
    setRestored(false);
  }

  return {
    restored,
    clear,
    discard() {
      form.reset();
      clear();
    },
  };
}
