"use client";
import { scaleLinear } from "d3-scale";
import type { ReactNode } from "react";
import { type ChartBase, ChartFrame } from "#components/charts/chart-frame.tsx";
import { extent, innerTicks, niceTicks } from "#components/charts/scale.rule.ts";
import { formatSigned, formatValue, type ValueFormat } from "#components/ui/format.ts";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

export type IntervalRow = {
  id: string;
  label: string;
  baseline: number | null;
  candidate: number | null;
  /** Candidate minus baseline with its interval; null while there is too little data. */
  difference: { value: number; lo: number; hi: number } | null;
  verdict?: ReactNode;
};

const plotHeight = 20;
const dotRadius = 4;

/** Forest plot: one row per measure, its difference to the baseline with the interval, and the verdict in words. */
export function IntervalChart({
  rows,
  rowLabel = "Measure",
  baselineLabel,
  candidateLabel,
  format = "percent",
  scale = 100,
  unit = "points",
  ...frame
}: ChartBase & {
  rows: readonly IntervalRow[];
  rowLabel?: string;
  baselineLabel: string;
  candidateLabel: string;
  /** Of baseline and candidate. */
  format?: ValueFormat;
  /** Differences are multiplied by this before they are written: 100 for shares in points. */
  scale?: number;
  unit?: string;
}) {
  const found = extent(rows.flatMap((row) => (row.difference ? [row.difference.lo, row.difference.hi, 0] : [])));
  const ends = niceTicks((found?.lo ?? -0.1) * scale, (found?.hi ?? 0.1) * scale, 4);
  const lo = ends[0] ?? -10;
  const hi = ends.at(-1) ?? 10;
  const value = (number: number | null) =>
    number === null ? <span className="text-ink-3">not measured</span> : formatValue(format, number);
  return (
    <ChartFrame
      {...frame}
      height={Math.max(frame.height ?? 0, 80)}
      isEmpty={rows.length === 0}
      table={() => ({
        head: [
          { label: rowLabel },
          { label: baselineLabel, format },
          { label: candidateLabel, format },
          { label: `Difference (${unit})` },
          { label: "95 % low" },
          { label: "95 % high" },
        ],
        rows: rows.map((row) => {
          const difference = row.difference;
          const ends = difference
            ? [difference.value, difference.lo, difference.hi].map((end) => end * scale)
            : [null, null, null];
          return [row.label, row.baseline, row.candidate, ...ends];
        }),
      })}
    >
      {({ width, narrow }) => {
        const plotWidth = narrow ? width : Math.min(260, Math.max(140, width * 0.32));
        const at = scaleLinear([lo, hi], [8, plotWidth - 8]);
        if (narrow)
          return (
            <ul className="-mx-4 -mt-4 divide-y">
              {rows.map((row) => (
                <li key={row.id} className="grid gap-1 px-4 py-2.5">
                  <div className="flex flex-wrap items-center justify-between gap-2">
                    <b>{row.label}</b>
                    {row.verdict}
                  </div>
                  <div className="text-ink-2 tabular-nums">
                    {value(row.baseline)} → {value(row.candidate)}
                  </div>
                  <Whisker row={row} scale={scale} unit={unit} at={at} width={plotWidth} />
                  {row.difference && <ScaleLine lo={lo} hi={hi} at={at} width={plotWidth} />}
                </li>
              ))}
            </ul>
          );
        return (
          <div className="-mx-4 -mt-4">
            <Table>
              <thead>
                <tr>
                  <Th>{rowLabel}</Th>
                  <Th numeric>{baselineLabel}</Th>
                  <Th numeric>{candidateLabel}</Th>
                  <Th style={{ width: plotWidth + 24 }}>
                    <span className="sr-only">Difference in {unit}</span>
                    <ScaleLine lo={lo} hi={hi} at={at} width={plotWidth} />
                  </Th>
                  <Th>Verdict</Th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Tr key={row.id}>
                    <Td>{row.label}</Td>
                    <Td numeric className="text-ink-2">
                      {value(row.baseline)}
                    </Td>
                    <Td numeric>{value(row.candidate)}</Td>
                    <Td>
                      <Whisker row={row} scale={scale} unit={unit} at={at} width={plotWidth} />
                    </Td>
                    <Td>{row.verdict}</Td>
                  </Tr>
                ))}
              </tbody>
            </Table>
          </div>
        );
      }}
    </ChartFrame>
  );
}

function ScaleLine({ lo, hi, at, width }: { lo: number; hi: number; at: (value: number) => number; width: number }) {
  return (
    <svg aria-hidden="true" width={width} height={14} className="block overflow-visible">
      {innerTicks(lo, hi, 4).map((tick) => (
        <text key={tick} x={at(tick)} y={11} textAnchor="middle" fontSize={11} fill="var(--ink-3)">
          {tick === 0 ? "0" : formatSigned(tick, Number.isInteger(tick) ? 0 : 1)}
        </text>
      ))}
    </svg>
  );
}

function Whisker({
  row,
  scale,
  unit,
  at,
  width,
}: {
  row: IntervalRow;
  scale: number;
  unit: string;
  at: (value: number) => number;
  width: number;
}) {
  const difference = row.difference;
  if (!difference) return <span className="text-ink-3">insufficient data</span>;
  const [value, lo, hi] = [difference.value * scale, difference.lo * scale, difference.hi * scale];
  const clear = lo > 0 || hi < 0;
  const color = clear ? "var(--s1)" : "var(--s0)";
  const middle = plotHeight / 2;
  return (
    <svg
      role="img"
      aria-label={`${row.label}: ${formatSigned(value)} ${unit}, 95 % interval ${formatSigned(lo)} to ${formatSigned(hi)}`}
      width={width}
      height={plotHeight}
      className="block"
    >
      <title>{`${formatSigned(value)} (${formatSigned(lo)} to ${formatSigned(hi)})`}</title>
      <line x1={at(0)} x2={at(0)} y1={0} y2={plotHeight} stroke="var(--line-strong)" />
      <line x1={at(lo)} x2={at(hi)} y1={middle} y2={middle} stroke={color} strokeWidth={2} />
      <circle cx={at(value)} cy={middle} r={dotRadius} fill={color} />
    </svg>
  );
}
