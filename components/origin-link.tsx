import type { ReactNode } from "react";
import { TextLink } from "#components/ui/button.tsx";
import { formatDate } from "#components/ui/format.ts";

/** To what something came from; of what was deleted since then only the name is left, with the day. */
export function OriginLink({
  href,
  deletedAt,
  children,
}: {
  href: string;
  deletedAt: Date | null;
  children: ReactNode;
}) {
  if (!deletedAt) return <TextLink href={href}>{children}</TextLink>;
  return (
    <span>
      {children} (<DeletedOn at={deletedAt} />)
    </span>
  );
}

/** "deleted on 12 Nov" */
export function DeletedOn({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()} className="text-ink-3" suppressHydrationWarning>
      deleted on {formatDate(at, new Date())}
    </time>
  );
}
