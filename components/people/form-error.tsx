import { CircleAlert } from "lucide-react";

/** Why a form was refused, above its button. */
export function FormError({ children }: { children: string | undefined }) {
  if (!children) return null;
  return (
    <p role="alert" className="flex gap-2 rounded-md bg-bad-soft px-3 py-2">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <span className="inline-block first-letter:uppercase">{children}</span>
    </p>
  );
}
