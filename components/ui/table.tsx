import type { ComponentProps } from "react";
import { cn } from "#components/ui/cn.ts";

/** Plain table parts at the console's sizes. For lists with sorting, paging and states use components/data-table. */
export function Table({ className, ...rest }: ComponentProps<"table">) {
  return (
    <div className="overflow-x-auto">
      <table {...rest} className={cn("w-full border-collapse text-sm", className)} />
    </div>
  );
}

export function Th({ numeric = false, className, ...rest }: ComponentProps<"th"> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      {...rest}
      className={cn(
        "whitespace-nowrap border-b px-3 py-2 text-left font-medium text-ink-3 text-xs first:pl-4 last:pr-4",
        numeric && "text-right",
        className,
      )}
    />
  );
}

export function Tr({ className, ...rest }: ComponentProps<"tr">) {
  return <tr {...rest} className={cn("border-b last:border-b-0 [tbody>&]:hover:bg-hover", className)} />;
}

export function Td({ numeric = false, className, ...rest }: ComponentProps<"td"> & { numeric?: boolean }) {
  return (
    <td
      {...rest}
      className={cn(
        "px-3 py-2 align-top first:pl-4 last:pr-4",
        numeric && "whitespace-nowrap text-right tabular-nums",
        className,
      )}
    />
  );
}
