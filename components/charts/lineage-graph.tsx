"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import { type Edge, layOut } from "#components/charts/lineage.rule.ts";
import { useWidth } from "#components/charts/use-width.ts";
import { cn } from "#components/ui/cn.ts";

export type LineageNode = {
  id: string;
  /** The domain's word: "dataset", "run", "eval". */
  kind: string;
  label: string;
  detail?: ReactNode;
  href?: string;
  icon?: ReactNode;
  /** The thing this page is about. */
  current?: boolean;
};

const nodeHeight = 52;
const rowGap = 12;
const columnGap = 44;
const leastNodeWidth = 132;

/** What came from what, left to right: dataset → run → version → eval → deployment. On a phone from top to bottom. */
export function LineageGraph({
  nodes,
  edges,
  label = "Lineage",
}: {
  nodes: readonly LineageNode[];
  edges: readonly Edge[];
  label?: string;
}) {
  const { ref, width } = useWidth();
  const columns = layOut(nodes, edges);
  const fits = width !== undefined && (width - columnGap * (columns.length - 1)) / columns.length >= leastNodeWidth;
  const nodeWidth = fits ? Math.min(200, (width - columnGap * (columns.length - 1)) / columns.length) : 0;
  const tallest = Math.max(...columns.map((column) => column.length), 1);
  const height = tallest * (nodeHeight + rowGap) - rowGap;

  const places = new Map<string, { left: number; top: number }>();
  for (const [x, column] of columns.entries()) {
    const inset = (height - (column.length * (nodeHeight + rowGap) - rowGap)) / 2;
    for (const [y, node] of column.entries())
      places.set(node.id, { left: x * (nodeWidth + columnGap), top: inset + y * (nodeHeight + rowGap) });
  }

  return (
    <nav aria-label={label} ref={ref} className="min-w-0">
      {fits ? (
        <div className="relative" style={{ height }}>
          <svg aria-hidden="true" className="absolute inset-0 size-full overflow-visible">
            {edges.map((edge) => {
              const from = places.get(edge.from);
              const to = places.get(edge.to);
              if (!from || !to) return null;
              const [x1, y1] = [from.left + nodeWidth, from.top + nodeHeight / 2];
              const [x2, y2] = [to.left, to.top + nodeHeight / 2];
              const bend = columnGap / 2;
              return (
                <path
                  key={`${edge.from} ${edge.to}`}
                  d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
                  fill="none"
                  stroke="var(--line-strong)"
                  strokeWidth={1.5}
                />
              );
            })}
          </svg>
          <ul>
            {columns.flat().map((node) => (
              <li
                key={node.id}
                className="absolute"
                style={{ ...places.get(node.id), width: nodeWidth, height: nodeHeight }}
              >
                <NodeBox node={node} />
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <ul className="grid gap-3">
          {columns.flat().map((node) => (
            <li
              key={node.id}
              className="relative not-last:after:absolute not-last:after:top-full not-last:after:left-6 not-last:after:h-3 not-last:after:w-0.5 not-last:after:bg-line-strong"
            >
              <NodeBox node={node} />
            </li>
          ))}
        </ul>
      )}
    </nav>
  );
}

function NodeBox({ node }: { node: LineageNode }) {
  const look = cn(
    "flex h-full flex-col justify-center rounded-md border bg-panel px-3 py-1.5",
    node.current ? "border-accent bg-accent-soft" : "border-line-strong",
    node.href && "hover:bg-hover",
  );
  const words = (
    <>
      <span className="flex items-center gap-1 text-2xs text-ink-3 [&_svg]:size-3">
        {node.icon}
        {node.kind}
        {node.detail && <span className="truncate">· {node.detail}</span>}
      </span>
      <span className="truncate font-medium">{node.label}</span>
    </>
  );
  if (node.href)
    return (
      <Link href={node.href} aria-current={node.current ? "page" : undefined} className={look}>
        {words}
      </Link>
    );
  return <div className={look}>{words}</div>;
}
