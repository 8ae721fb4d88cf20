"use client";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { FailureBanner } from "#components/failure-banner.tsx";
import type { VerbForm } from "#components/form/use-verb-form.ts";
import { Banner } from "#components/ui/banner.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { sentence } from "#components/ui/format.ts";

type Sendable = Pick<VerbForm<Record<string, unknown>>, "submit" | "pending" | "failure" | "unplaced" | "draft">;

/** The fields of a card or a dialog; what the server refused without naming a field stands above the buttons. */
export function Form({
  form,
  className,
  children,
}: {
  form: Pick<Sendable, "submit">;
  className?: string;
  children: ReactNode;
}) {
  return (
    // without scripts a sign-in must not put a password into the address
    <form
      method="post"
      noValidate
      className={cn("grid gap-4", className)}
      onSubmit={(event) => void form.submit(event)}
    >
      {children}
    </form>
  );
}

/** A page that is a form: says on top what was refused and what came back from a draft. */
export function FlowForm({
  form,
  refused,
  restored: note,
  children,
}: {
  form: Sendable;
  /** what did not happen, above why */
  refused: string;
  /** what to know of a draft that came back */
  restored?: ReactNode;
  children: ReactNode;
}) {
  const { restored, discard } = form.draft;
  return (
    <Form form={form} className="grid-cols-[minmax(0,1fr)] md:gap-5">
      <FailureBanner title={refused} failure={form.failure} />
      <div role="status" className="empty:hidden">
        {restored && (
          <Banner
            title="Draft restored"
            actions={
              <Button size="sm" onClick={discard}>
                Discard draft
              </Button>
            }
          >
            {note || "What you typed here before is back."}
          </Banner>
        )}
      </div>
      {children}
    </Form>
  );
}

/** The end of a flow's summary: the act, the way out, and in words why the act is not possible yet. */
export function FlowActions({
  label,
  pending,
  why,
  cancelHref,
}: {
  label: string;
  pending: boolean;
  why: string | undefined;
  cancelHref: string;
}) {
  return (
    <div className="mt-4 grid gap-2">
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" pending={pending} disabledReason={why && sentence(why)}>
          {label}
        </Button>
        <ButtonLink href={cancelHref}>Cancel</ButtonLink>
      </div>
      {why && <p className="text-ink-2 text-xs">{sentence(why)}</p>}
    </div>
  );
}

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
