"use client";
import { useProject } from "#components/shell/project-context.tsx";
import { TextLink } from "#components/ui/button.tsx";

/** Beside a cost that is not measured: where to say what tokens cost. */
export function SetAPrice() {
  const { slug } = useProject();
  return <TextLink href={`/${slug}/settings/prices`}>Set a price</TextLink>;
}
