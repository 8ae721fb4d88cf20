"use client";
import { useProject, useRefusal } from "#components/shell/project-context.tsx";
import { TextLink } from "#components/ui/button.tsx";

/** Beside a cost that is not measured: where those who may say what tokens cost; nobody else is offered it. */
export function SetAPrice() {
  const { slug } = useProject();
  const refusal = useRefusal("economics.setPrice");
  if (refusal) return "No price is set";
  return <TextLink href={`/${slug}/settings/prices`}>Set a price</TextLink>;
}
