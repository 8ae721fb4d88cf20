import type { ReactNode } from "react";

/** The head of every page: its name, one line of purpose, one primary act at the right. */
export function PageHead({
  title,
  status,
  purpose,
  actions,
}: {
  title: ReactNode;
  /** Status chip beside the name. */
  status?: ReactNode;
  purpose?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-start gap-3">
      <div className="min-w-0">
        <h1 className="flex flex-wrap items-center gap-x-2 font-semibold [overflow-wrap:anywhere] text-xl tracking-[-0.015em]">
          {title}
          {status}
        </h1>
        {purpose && <p className="text-ink-2 [overflow-wrap:anywhere]">{purpose}</p>}
      </div>
      {actions && <div className="flex w-full flex-wrap gap-2 md:ml-auto md:w-auto">{actions}</div>}
    </div>
  );
}

/** The column every page stands in: 1,240 px wide, 20 px between its blocks. */
export function Page({ children }: { children: ReactNode }) {
  return (
    <div className="mx-auto grid w-full max-w-310 grid-cols-[minmax(0,1fr)] gap-4 px-4 pt-4 pb-20 md:gap-5 md:p-6">
      {children}
    </div>
  );
}

/** Main column with a 320 px side column for lineage and history; stacked on a phone. */
export function WithAside({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">{children}</div>
      <aside className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">{aside}</aside>
    </div>
  );
}
