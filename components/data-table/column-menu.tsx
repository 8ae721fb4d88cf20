"use client";
import type { ColumnVisibilityState } from "@tanstack/react-table";
import { Columns3 } from "lucide-react";
import type { Column } from "#components/data-table/columns.ts";
import { Button } from "#components/ui/button.tsx";
import { DropdownMenu, MenuCheck } from "#components/ui/dropdown-menu.tsx";

export function ColumnMenu<Row>({
  columns,
  visibility,
  onChoose,
}: {
  columns: readonly Column<Row>[];
  visibility: ColumnVisibilityState;
  onChoose: (next: ColumnVisibilityState) => void;
}) {
  return (
    <DropdownMenu
      trigger={
        <Button size="sm" icon={<Columns3 aria-hidden />}>
          Columns
        </Button>
      }
    >
      {columns
        .filter((column) => !column.fixed)
        .map((column) => (
          <MenuCheck
            key={column.id}
            checked={visibility[column.id] ?? true}
            onCheckedChange={(checked) => onChoose({ ...visibility, [column.id]: checked === true })}
          >
            {column.header}
          </MenuCheck>
        ))}
    </DropdownMenu>
  );
}
