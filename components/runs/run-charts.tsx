"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsBoolean, parseAsFloat, parseAsInteger, useQueryStates } from "nuqs";
import type { Axis } from "#components/charts/chart-types.ts";
import { LineChart, type Range } from "#components/charts/line-chart.tsx";
import { smooth } from "#components/charts/smooth.rule.ts";
import { ChartControls } from "#components/runs/chart-controls.tsx";
import type { Curves } from "#components/runs/data.ts";
import { useTRPC } from "#components/trpc.tsx";

/** In the URL, so that a link shows what was seen. */
const inUrl = {
  smooth: parseAsFloat.withDefault(0.6),
  log: parseAsBoolean.withDefault(false),
  from: parseAsInteger,
  to: parseAsInteger,
};

type Shown = Pick<Curves, "train" | "validation" | "resumes">;

/** Loss, learning rate, gradient norm and throughput by step; marks where a resumed trainer went on. */
export function RunCharts({ runId, ended, ...all }: Shown & { runId: string; ended: boolean }) {
  const [{ smooth: weight, log, from, to }, setView] = useQueryStates(inUrl);
  const zoom = from !== null && to !== null && from < to ? { from, to } : null;
  const { train, validation, resumes } = useShown(runId, all, zoom);
  const smoothing = Math.min(0.99, Math.max(0, weight));
  const events = resumes.map((resume) => ({ x: resume.step, label: "resumed" }));
  const raw = train.map((point) => ({ x: point.step, y: point.loss }));
  const of = (key: "learningRate" | "gradNorm" | "tokensPerSecond") =>
    train.map((point) => ({ x: point.step, y: point[key] }));
  const step: Axis = { label: "Step", whole: true, ...(zoom ? { min: zoom.from, max: zoom.to } : {}) };
  const shared = {
    x: step,
    syncId: "run",
    noData: noDataText(zoom !== null, ended),
    onZoom: (range: Range) => void setView(range),
  };
  return (
    <>
      <ChartControls
        smoothing={smoothing}
        onSmoothing={(next) => void setView({ smooth: next })}
        log={log}
        onLog={(next) => void setView({ log: next || null })}
        whole={wholeOf(all)}
        zoom={zoom}
        onZoom={(range) => void setView(range ?? { from: null, to: null })}
      />
      <LineChart
        {...shared}
        title="Loss"
        y={{ label: "Cross-entropy per trained token", ...(log ? { log } : {}) }}
        events={events}
        note={`${smoothing > 0 ? "Thin: raw. Bold: smoothed without lag." : "Raw, by step."} Drag across a chart to zoom.`}
        series={[
          ...(smoothing > 0 ? [{ id: "raw", label: "train, raw", color: 1 as const, faint: true, points: raw }] : []),
          { id: "train", label: "train", color: 1, points: smooth(raw, smoothing) },
          {
            id: "validation",
            label: "validation",
            color: 2,
            dots: true,
            points: validation.map((point) => ({ x: point.step, y: point.loss })),
          },
        ]}
      />
      <div className="grid gap-4 md:grid-cols-2">
        <LineChart
          {...shared}
          title="Learning rate"
          height={160}
          y={{ label: "Rate" }}
          series={[{ id: "lr", label: "learning rate", color: 1, points: of("learningRate") }]}
        />
        <LineChart
          {...shared}
          title="Gradient norm"
          height={160}
          y={{ label: "L2 norm", ...(log ? { log } : {}) }}
          series={[{ id: "norm", label: "gradient norm", color: 3, points: of("gradNorm") }]}
        />
      </div>
      <LineChart
        {...shared}
        title="Throughput"
        height={160}
        y={{ label: "Tokens per second" }}
        series={[{ id: "speed", label: "tokens per second", color: 5, points: of("tokensPerSecond") }]}
      />
    </>
  );
}

function noDataText(isPart: boolean, ended: boolean) {
  if (isPart) return "No step was recorded in this part.";
  return ended ? "It ended before its first step." : "The first step is still to come.";
}

/** The steps that have a reading; null before there are two. */
function wholeOf({ train }: Shown): Range | null {
  const [first, last] = [train[0]?.step, train.at(-1)?.step];
  return first !== undefined && last !== undefined && first < last ? { from: first, to: last } : null;
}

/** The part of the curves that is looked at; a part is asked for again, because the whole has only every k-th step. */
function useShown(runId: string, all: Shown, zoom: Range | null): Shown {
  const trpc = useTRPC();
  const part = useQuery(
    trpc.runs.curves.queryOptions(
      { runId, ...(zoom ?? {}) },
      { enabled: zoom !== null, placeholderData: keepPreviousData },
    ),
  );
  if (!zoom) return all;
  const inside = ({ step }: { step: number }) => step >= zoom.from && step <= zoom.to;
  const fine = part.data && !part.isPlaceholderData ? part.data : null;
  const known = fine?.train.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
  return {
    train: [...(fine?.train ?? []), ...all.train.filter((point) => point.step > known)].filter(inside),
    validation: all.validation.filter(inside),
    resumes: all.resumes.filter(inside),
  };
}
