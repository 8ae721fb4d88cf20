import { Crown, Swords } from "lucide-react";
import { Chip } from "#components/ui/chip.tsx";
import type { AliasName } from "#db/enums.ts";

/** The champion wears a green ring, here as on every chart; the challenger is blue like every candidate. */
export function AliasChip({ alias }: { alias: AliasName }) {
  if (alias === "champion")
    return (
      <Chip tone="plain" icon={<Crown aria-hidden />} className="border-2 border-ok text-ok">
        champion
      </Chip>
    );
  return (
    <Chip tone="run" icon={<Swords aria-hidden />}>
      challenger
    </Chip>
  );
}
