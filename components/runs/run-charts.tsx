"use client";
import { useMemo } from "react";
import { smooth } from "#components/charts/downsample.rule.ts";
import { LineChart } from "#components/charts/line-chart.tsx";
import type { Curves } from "#components/runs/data.ts";

const smoothedOver = 10;
const step = { label: "Step", whole: true };

/** Loss, learning rate, gradient norm and speed by step; marks where a resumed trainer went on. */
export function RunCharts({ train, validation, resumes }: Pick<Curves, "train" | "validation" | "resumes">) {
  const events = resumes.map((resume) => ({ x: resume.step, label: "resumed" }));
  const loss = useMemo(() => {
    const raw = train.map((point) => ({ x: point.step, y: point.loss }));
    return { raw, smooth: smooth(raw, smoothedOver) };
  }, [train]);
  const of = (key: "learningRate" | "gradNorm" | "tokensPerSecond") =>
    train.map((point) => ({ x: point.step, y: point[key] }));
  const waiting = "The first step is still to come.";
  return (
    <>
      <LineChart
        title="Loss"
        x={step}
        y={{ label: "Cross-entropy per trained token" }}
        events={events}
        syncId="run"
        noData={waiting}
        note={`By step; the thin line is raw, the bold one smoothed over ${smoothedOver} points.`}
        series={[
          { id: "raw", label: "train, raw", color: 1, faint: true, points: loss.raw },
          { id: "train", label: "train", color: 1, points: loss.smooth },
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
          title="Learning rate"
          height={160}
          x={step}
          y={{ label: "Rate" }}
          syncId="run"
          noData={waiting}
          series={[{ id: "lr", label: "learning rate", color: 1, points: of("learningRate") }]}
        />
        <LineChart
          title="Gradient norm"
          height={160}
          x={step}
          y={{ label: "L2 norm" }}
          syncId="run"
          noData={waiting}
          series={[{ id: "norm", label: "gradient norm", color: 3, points: of("gradNorm") }]}
        />
      </div>
      <LineChart
        title="Speed"
        height={160}
        x={step}
        y={{ label: "Tokens per second" }}
        syncId="run"
        noData={waiting}
        series={[{ id: "speed", label: "tokens per second", color: 5, points: of("tokensPerSecond") }]}
      />
    </>
  );
}
