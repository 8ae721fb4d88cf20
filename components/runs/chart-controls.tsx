"use client";
import { ZoomOut } from "lucide-react";
import type { Range } from "#components/charts/line-chart.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Slider } from "#components/ui/slider.tsx";
import { Switch } from "#components/ui/switch.tsx";

/** How a run's curves are drawn: how smooth, on which scale, and which part of the steps. */
export function ChartControls({
  smoothing,
  onSmoothing,
  log,
  onLog,
  zoom,
  onReset,
}: {
  smoothing: number;
  onSmoothing: (smoothing: number) => void;
  log: boolean;
  onLog: (log: boolean) => void;
  zoom: Range | null;
  onReset: () => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 rounded-lg border bg-panel px-4 py-2">
      <div className="flex min-w-64 items-center gap-3 max-md:w-full">
        <span aria-hidden className="text-ink-2">
          Smoothing
        </span>
        <Slider
          className="flex-1"
          label="Smoothing"
          unit=""
          value={smoothing}
          min={0}
          max={0.99}
          step={0.01}
          onChange={onSmoothing}
        />
      </div>
      <Field inline label="Log scale" className="items-center">
        <Switch checked={log} onCheckedChange={onLog} />
      </Field>
      <div className="flex min-h-8 items-center gap-2 text-ink-3 text-xs md:ml-auto">
        {zoom ? (
          <>
            <span className="tabular-nums">
              Steps {formatNumber(zoom.from)} to {formatNumber(zoom.to)}
            </span>
            <Button size="sm" icon={<ZoomOut aria-hidden />} onClick={onReset}>
              Reset zoom
            </Button>
          </>
        ) : (
          <span className="max-md:hidden">Drag across a chart to zoom in.</span>
        )}
      </div>
    </div>
  );
}
