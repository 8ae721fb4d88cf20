"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Form, FormError } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { ExpiryField } from "#components/keys/expiry-field.tsx";
import { type PresetName, presets, scopeLabels } from "#components/keys/scopes.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Scope } from "#db/enums.ts";
import { CreateKey } from "#server/keys/input.ts";

const presetNames = ["call", "build", "admin", "own"] as const;
const defaultDays = 90;

export function NewKeyForm({
  onCreate,
  onCancel,
}: {
  onCreate: (input: CreateKey) => Promise<unknown>;
  onCancel: () => void;
}) {
  const trpc = useTRPC();
  const grantable = useQuery(trpc.keys.grantable.queryOptions()).data ?? [];
  const [preset, setPreset] = useState<PresetName>("call");
  const initial: CreateKey = { name: "", scopes: [...presets.call.scopes], expiresInDays: defaultDays };
  const form = useVerbForm({ schema: CreateKey, initial, send: onCreate });
  const { scopes, expiresInDays } = form.typed;

  function choosePreset(next: PresetName) {
    setPreset(next);
    if (next !== "own") form.set("scopes", [...presets[next].scopes]);
  }

  function toggle(scope: Scope, on: boolean) {
    const next = on ? [...scopes, scope] : scopes.filter((other) => other !== scope);
    form.set("scopes", next);
  }

  const missing = (wanted: readonly Scope[]) => wanted.some((scope) => !grantable.includes(scope));
  return (
    <Form form={form}>
      <Field label="Name" hint="What will use it, so that you recognise it later." error={form.errorAt("name")}>
        <Input {...form.register("name")} placeholder="helpdesk-backend" autoComplete="off" autoFocus />
      </Field>
      <Field label="Access" error={preset === "own" ? undefined : form.errorAt("scopes")}>
        <Select
          value={preset}
          onValueChange={choosePreset}
          options={presetNames.map((name) => ({
            value: name,
            label: presets[name].label,
            hint: presets[name].hint,
            ...(missing(presets[name].scopes) ? { disabledReason: "Your role cannot grant this" } : {}),
          }))}
        />
      </Field>
      {preset === "own" && (
        <fieldset className="grid gap-2 rounded-md border bg-sunken px-3 py-2.5">
          <legend className="sr-only">Scopes</legend>
          {grantable.map((scope) => (
            <Field key={scope} inline label={<code className="font-mono">{scope}</code>} hint={scopeLabels[scope]}>
              <Checkbox checked={scopes.includes(scope)} onCheckedChange={(on) => toggle(scope, on === true)} />
            </Field>
          ))}
          <FormError>{form.errorAt("scopes")}</FormError>
        </fieldset>
      )}
      <ExpiryField
        days={expiresInDays}
        onChange={(days) => form.set("expiresInDays", days)}
        error={form.errorAt("expiresInDays")}
      />
      <FormError>{form.unplaced}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Create key
        </Button>
      </div>
    </Form>
  );
}
