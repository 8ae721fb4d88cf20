"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { hrefOf, pageAt } from "#components/shell/nav.ts";
import { shortId } from "#components/ui/format.ts";

type Named = { pathname: string; label: string };

const NameContext = createContext<Named | undefined>(undefined);
const SetNameContext = createContext<(named: Named) => void>(() => undefined);

export function CrumbProvider({ children }: { children: ReactNode }) {
  const [named, setNamed] = useState<Named>();
  return (
    <SetNameContext value={setNamed}>
      <NameContext value={named}>{children}</NameContext>
    </SetNameContext>
  );
}

/** A detail page says here what its last crumb is called; a list needs nothing. */
export function Crumb({ label }: { label: string }) {
  const setNamed = useContext(SetNameContext);
  const pathname = usePathname();
  useEffect(() => setNamed({ pathname, label }), [setNamed, pathname, label]);
  return null;
}

/** Until the page has said its name: the short id in the address, or the word there ("new"). */
function placeholder(pathname: string) {
  const last = pathname.split("/").at(-1) ?? "";
  return /[_-][0-9a-z]{26}$/.test(last) ? shortId(last) : last.charAt(0).toUpperCase() + last.slice(1);
}

/** After the project: the page of the map and, on a detail, the thing's name. */
export function Crumbs({ slug }: { slug: string }) {
  const pathname = usePathname();
  const named = useContext(NameContext);
  const page = pageAt(slug, pathname);
  if (!page) return null;
  const home = hrefOf(slug, page);
  const isDetail = pathname !== home;
  const name = named?.pathname === pathname ? named.label : placeholder(pathname);
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 whitespace-nowrap text-ink-3">
        <li aria-hidden className="max-md:hidden">
          /
        </li>
        <li className={isDetail ? "max-md:hidden" : "min-w-0 truncate"}>
          {isDetail ? (
            <Link href={home} className="rounded-sm hover:text-ink">
              {page.label}
            </Link>
          ) : (
            <b aria-current="page" className="text-ink">
              {page.label}
            </b>
          )}
        </li>
        {isDetail && (
          <>
            <li aria-hidden>/</li>
            <li className="min-w-0 truncate">
              <b aria-current="page" className="text-ink">
                {name}
              </b>
            </li>
          </>
        )}
      </ol>
    </nav>
  );
}
