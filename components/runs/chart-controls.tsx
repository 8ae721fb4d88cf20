"use client";
import { ZoomOut } from "lucide-react";
import type { Range } from "#components/charts/line-chart.tsx";
import { ZoomRange } from "#components/runs/zoom-range.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Slider } from "#components/ui/slider.tsx";
import { Switch } from "#components/ui/switch.tsx";

/** How a run's curves are drawn: how smooth, on which scale, and which part of the steps. */
export function ChartControls({
  smoothing,
  onSmoothing,
  log,
  onLog,
  whole,
  zoom,
  onZoom,
}: {
  smoothing: number;
  onSmoothing: (smoothing: number) => void;
  log: boolean;
  onLog: (log: boolean) => void;
  /** All steps there are; null before the first. */
  whole: Range | null;
  zoom: Range | null;
  onZoom: (range: Range | null) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-panel px-4 py-2">
      <div className="flex min-w-58 items-center gap-3 max-md:w-full">
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
      {whole && (
        <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2 md:ml-auto">
          <ZoomRange whole={whole} zoom={zoom} onZoom={onZoom} />
          {zoom && (
            <Button
              size="icon"
              aria-label="Reset zoom"
              title="Reset zoom"
              icon={<ZoomOut aria-hidden />}
              onClick={() => onZoom(null)}
            />
          )}
        </div>
      )}
    </div>
  );
}
