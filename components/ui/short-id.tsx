import { CopyButton } from "#components/ui/copy-button.tsx";
import { shortId } from "#components/ui/format.ts";

/** The last six characters, as the search and the CLI take them; the button copies the whole id. */
export function ShortId({ id, copy = true }: { id: string; copy?: boolean }) {
  return (
    <span
      className="inline-flex items-center gap-0.5 whitespace-nowrap align-middle font-mono text-ink-3 text-xs"
      title={id}
    >
      {shortId(id)}
      {copy && <CopyButton value={id} label="Copy id" />}
    </span>
  );
}
