"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import type { Column } from "#components/data-table/columns.ts";
import { cn } from "#components/ui/cn.ts";

/** On a phone the row is a card: title and corner on top, the other columns as labelled pairs, two to a line. */
const cardLook =
  "max-md:relative max-md:grid max-md:grid-cols-2 max-md:gap-x-4 max-md:gap-y-1.5 max-md:px-4 max-md:py-3";

const phoneLooks = {
  title: "max-md:col-span-2 max-md:pr-32",
  corner: "max-md:absolute max-md:top-3 max-md:right-4",
  line: "",
  hide: "max-md:hidden",
};

export function TableRow<Row>({
  row,
  columns,
  href,
  select,
  selected,
  note,
}: {
  row: Row;
  columns: readonly Column<Row>[];
  href: string | undefined;
  select?: ReactNode;
  selected: boolean;
  /** A second line under the row: a refusal's cause and remedy, a progress bar. */
  note?: ReactNode;
}) {
  const linked = columns.find((column) => column.phone === "title") ?? columns[0];
  return (
    <tr
      aria-selected={select ? selected : undefined}
      className={cn(
        "relative border-b last:border-b-0 hover:bg-hover",
        "[&_button]:relative [&_button]:z-1 [&_td_a]:relative",
        cardLook,
        selected && "bg-accent-soft",
      )}
    >
      {select && <td className="w-9 py-2 pr-0 pl-4 align-top max-md:hidden">{select}</td>}
      {columns.map((column) => {
        const isTitle = column === linked;
        const place = column.phone ?? (isTitle ? "title" : "line");
        return (
          <td
            key={column.id}
            className={cn(
              "px-3 py-2 align-top first:pl-4 last:pr-4 max-md:block max-md:min-w-0 max-md:p-0! max-md:text-left",
              column.numeric && "whitespace-nowrap text-right tabular-nums",
              column.className,
              phoneLooks[place],
            )}
          >
            {place === "line" && <span className="hidden text-ink-3 text-xs max-md:block">{column.header}</span>}
            {isTitle && href ? (
              <Link
                href={href}
                className="static! rounded-sm font-medium text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
              >
                {column.cell(row)}
              </Link>
            ) : (
              column.cell(row)
            )}
            {isTitle && note && <div className="relative mt-0.5 max-md:-mr-32">{note}</div>}
          </td>
        );
      })}
    </tr>
  );
}
