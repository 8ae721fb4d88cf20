"use client";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useSyncExternalStore } from "react";
import { hrefOf, type NavPage, navGroups, pageAt } from "#components/shell/nav.ts";
import { RailHealth } from "#components/shell/rail-health.tsx";
import { cn } from "#components/ui/cn.ts";
import { Mark } from "#components/ui/mark.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";

const changed = "forge:rail";

function subscribe(listener: () => void) {
  window.addEventListener(changed, listener);
  return () => window.removeEventListener(changed, listener);
}

/** The attribute is set before the first paint (public/theme.js), so a narrow rail never flashes wide. */
export function toggleRail() {
  const root = document.documentElement;
  const narrow = root.dataset.rail !== "narrow";
  if (narrow) root.dataset.rail = "narrow";
  else delete root.dataset.rail;
  try {
    localStorage.setItem("forge.rail", narrow ? "narrow" : "wide");
  } catch {
    // Without storage the choice holds until the next reload.
  }
  window.dispatchEvent(new Event(changed));
}

export function Rail({ slug }: { slug: string }) {
  const current = pageAt(slug, usePathname());
  const narrow = useSyncExternalStore(
    subscribe,
    () => document.documentElement.dataset.rail === "narrow",
    () => false,
  );
  return (
    <nav
      aria-label="Main"
      className="sticky top-0 flex h-dvh flex-col gap-0.5 overflow-y-auto overflow-x-hidden border-r px-2 py-3 [scrollbar-width:none] max-md:hidden"
    >
      <Link
        href={`/${slug}`}
        className="mb-3 flex h-8 shrink-0 items-center gap-2 rounded-md px-2 font-semibold text-base tracking-[-0.01em]"
      >
        <Mark />
        <span className="rail-narrow:sr-only">LargeForge</span>
      </Link>
      {navGroups.map((group) => (
        <div key={group.label} className="flex flex-col gap-0.5">
          {group.label && (
            <h2 className="px-2 pt-3 pb-1 font-medium text-2xs text-ink-3 rail-narrow:px-0 rail-narrow:pt-1.5 rail-narrow:pb-1">
              <span className="rail-narrow:sr-only">{group.label}</span>
              <span aria-hidden className="hidden h-px bg-line rail-narrow:block" />
            </h2>
          )}
          {group.pages.map((page) => {
            const link = <RailLink key={page.path} page={page} slug={slug} here={page === current} />;
            return narrow ? (
              <Tooltip key={page.path} content={page.label} side="right">
                {link}
              </Tooltip>
            ) : (
              link
            );
          })}
        </div>
      ))}
      <div className="mt-auto pt-3">
        <RailHealth />
      </div>
      <button
        type="button"
        onClick={toggleRail}
        aria-expanded={!narrow}
        className="flex h-8 shrink-0 items-center gap-2 rounded-md px-2 text-ink-3 text-xs hover:bg-hover hover:text-ink"
      >
        {narrow ? (
          <PanelLeftOpen aria-hidden className="size-4 shrink-0 stroke-[1.75]" />
        ) : (
          <PanelLeftClose aria-hidden className="size-4 shrink-0 stroke-[1.75]" />
        )}
        <span className="rail-narrow:sr-only">{narrow ? "Expand" : "Collapse"}</span>
      </button>
    </nav>
  );
}

function RailLink({ page, slug, here, ...rest }: { page: NavPage; slug: string; here: boolean }) {
  const Icon = page.icon;
  return (
    <Link
      {...rest}
      href={hrefOf(slug, page)}
      aria-current={here ? "page" : undefined}
      className={cn(
        "flex h-7 shrink-0 items-center gap-2 rounded-md px-2 text-ink-2 hover:bg-hover",
        here && "bg-hover font-medium text-ink",
      )}
    >
      <Icon aria-hidden className={cn("size-4 shrink-0 stroke-[1.75]", here ? "text-ink" : "text-ink-3")} />
      <span className="rail-narrow:sr-only">{page.label}</span>
    </Link>
  );
}
