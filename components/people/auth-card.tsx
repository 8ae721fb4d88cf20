import type { ReactNode } from "react";

/** The one panel of the pages outside any project: what this is, then the form. */
export function AuthCard({ title, purpose, children }: { title: string; purpose?: ReactNode; children: ReactNode }) {
  return (
    <section className="grid gap-5 rounded-lg border bg-panel p-5 shadow-overlay md:p-6">
      <div className="grid gap-1">
        <h1 className="font-semibold text-lg tracking-[-0.01em]">{title}</h1>
        {purpose && <div className="text-ink-2">{purpose}</div>}
      </div>
      {children}
    </section>
  );
}
