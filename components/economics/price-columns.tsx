import type { Column } from "#components/data-table/columns.ts";
import type { PriceRow } from "#components/economics/price-row.ts";
import { SetPriceDialog } from "#components/economics/set-price-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";

const muted = (words: string) => <span className="text-ink-3">{words}</span>;

function dollars(amount: string | undefined) {
  return amount === undefined ? muted("not set") : <span className="tabular-nums">${amount}</span>;
}

function setBy({ price }: PriceRow) {
  if (!price) return muted("nobody");
  if (price.setByName) return price.setByName;
  return muted(price.setBy === "system:local-admin" ? "the shell" : "a key");
}

export const priceColumns: readonly Column<PriceRow>[] = [
  {
    id: "name",
    header: "Model",
    fixed: true,
    phone: "title",
    sortable: true,
    cell: (row) => <span className="font-medium">{row.name}</span>,
  },
  { id: "kind", header: "Kind", sortable: true, cell: (row) => (row.kind === "base" ? "base model" : "fine-tuned") },
  {
    id: "input",
    header: "Input, per 1M tokens",
    numeric: true,
    sortable: true,
    cell: (row) => dollars(row.price?.input),
  },
  {
    id: "output",
    header: "Output, per 1M tokens",
    numeric: true,
    sortable: true,
    cell: (row) => dollars(row.price?.output),
  },
  {
    id: "since",
    header: "Since",
    sortable: true,
    cell: (row) =>
      row.price ? (
        <span className="grid">
          <RelativeTime at={row.price.since} />
          {row.earlier > 0 && muted(`after ${plural(row.earlier, "other price")}`)}
        </span>
      ) : (
        muted("not set")
      ),
  },
  { id: "setBy", header: "Set by", cell: setBy },
  {
    id: "actions",
    header: "Actions",
    quietHeader: true,
    fixed: true,
    className: "text-right",
    cell: (row) => <SetPriceDialog row={row} />,
  },
];
