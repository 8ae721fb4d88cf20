"use client";
import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { hrefOf, navGroups, navPages, pageAt, tabPaths } from "#components/shell/nav.ts";
import { cn } from "#components/ui/cn.ts";
import { Dialog } from "#components/ui/dialog.tsx";

const tabLook =
  "grid flex-1 justify-items-center gap-0.5 pt-2 pb-2.5 text-2xs text-ink-3 focus-visible:-outline-offset-2";
const iconLook = "size-4 stroke-[1.75]";

/** The phone's way around: four pages and the rest under "More". */
export function TabBar({ slug }: { slug: string }) {
  const current = pageAt(slug, usePathname());
  const [more, setMore] = useState(false);
  const tabs = navPages.filter((page) => tabPaths.includes(page.path));
  const elsewhere = current !== undefined && !tabs.includes(current);
  return (
    <nav
      aria-label="Main pages"
      className="fixed inset-x-0 bottom-0 z-30 flex border-t bg-panel pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {tabs.map((page) => {
        const Icon = page.icon;
        const here = page === current;
        return (
          <Link
            key={page.path}
            href={hrefOf(slug, page)}
            aria-current={here ? "page" : undefined}
            className={cn(tabLook, here && "font-medium text-ink")}
          >
            <Icon aria-hidden className={iconLook} />
            {page.label}
          </Link>
        );
      })}
      <Dialog
        open={more}
        onOpenChange={setMore}
        title="All pages"
        trigger={
          <button type="button" className={cn(tabLook, elsewhere && "font-medium text-ink")}>
            <Ellipsis aria-hidden className={iconLook} />
            More
          </button>
        }
      >
        {navGroups.map((group) => (
          <div key={group.label} className="grid grid-cols-2 gap-1 pb-2">
            {group.label && <h3 className="col-span-2 pt-1 font-medium text-2xs text-ink-3">{group.label}</h3>}
            {group.pages.map((page) => {
              const Icon = page.icon;
              return (
                <Link
                  key={page.path}
                  href={hrefOf(slug, page)}
                  aria-current={page === current ? "page" : undefined}
                  onClick={() => setMore(false)}
                  className={cn(
                    "flex h-9 items-center gap-2 rounded-md px-2 text-ink-2",
                    page === current && "bg-hover font-medium text-ink",
                  )}
                >
                  <Icon aria-hidden className={iconLook} />
                  {page.label}
                </Link>
              );
            })}
          </div>
        ))}
      </Dialog>
    </nav>
  );
}
