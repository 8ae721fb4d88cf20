"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { useLive } from "#components/live.tsx";
import type { Curves } from "#components/runs/data.ts";
import { useTRPC } from "#components/trpc.tsx";

const optional = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
const Metric = z.object({
  type: z.literal("metric"),
  body: z.object({
    step: z.number(),
    loss: z.number(),
    learningRate: optional,
    gradNorm: optional,
    tokensPerSecond: optional,
    trainedTokens: optional,
    totalSteps: optional,
    etaSeconds: optional,
  }),
});
const Validation = z.object({ type: z.literal("eval"), body: z.object({ step: z.number(), loss: z.number() }) });

export type Now = {
  step: number;
  totalSteps: number | null;
  loss: number;
  tokensPerSecond: number | null;
  etaSeconds: number | null;
  trainedTokens: number | null;
};

const Resumed = z.object({ type: z.literal("hello"), body: z.object({ resumedFromStep: z.number() }) });

type Fresh = Pick<Curves, "train" | "validation" | "resumes"> & { now: Now | null };
const nothing: Fresh = { train: [], validation: [], resumes: [], now: null };

/** A run's curves: what is stored, then every event as it comes; a step that is done again counts as it was done last. */
export function useRunCurves(runId: string, onOther: () => void) {
  const trpc = useTRPC();
  const stored = useQuery(trpc.runs.curves.queryOptions({ runId }, { staleTime: Number.POSITIVE_INFINITY }));
  const [fresh, setFresh] = useState(nothing);
  useLive(
    stored.data ? `run:${runId}` : null,
    ({ data }) => {
      const metric = Metric.safeParse(data);
      const validation = Validation.safeParse(data);
      const resumed = Resumed.safeParse(data);
      if (metric.success) {
        const { totalSteps, etaSeconds, trainedTokens, ...point } = metric.data.body;
        const now = {
          step: point.step,
          totalSteps,
          loss: point.loss,
          tokensPerSecond: point.tokensPerSecond,
          etaSeconds,
          trainedTokens,
        };
        setFresh((before) => ({ ...before, train: replaceFrom(before.train, point), now }));
      } else if (validation.success) {
        setFresh((before) => ({ ...before, validation: replaceFrom(before.validation, validation.data.body) }));
      } else {
        if (resumed.success) {
          const step = resumed.data.body.resumedFromStep;
          setFresh((before) => ({ ...before, resumes: [...before.resumes, { step }] }));
        }
        onOther();
      }
    },
    stored.data?.lastSeq ?? null,
  );
  const join = <P extends { step: number }>(old: readonly P[], added: readonly P[]) =>
    added[0] ? [...old.filter((point) => point.step < (added[0]?.step ?? 0)), ...added] : [...old];
  return {
    isPending: stored.isPending,
    train: join(stored.data?.train ?? [], fresh.train),
    validation: join(stored.data?.validation ?? [], fresh.validation),
    resumes: placesOnce([...(stored.data?.resumes ?? []), ...fresh.resumes]),
    trainedTokens: fresh.now?.trainedTokens ?? stored.data?.trainedTokens ?? null,
    now: fresh.now,
  };
}

/** A place where training went on is one mark, whether it was stored, told live, or both, and however often it went on there. */
export function placesOnce(resumes: readonly { step: number }[]) {
  return [...new Set(resumes.map((resume) => resume.step))].sort((a, b) => a - b).map((step) => ({ step }));
}

/** After a resume the trainer repeats steps: what lies at or after the new one is gone. */
function replaceFrom<P extends { step: number }>(points: readonly P[], point: P): P[] {
  const last = points.at(-1);
  return last && last.step >= point.step
    ? [...points.filter((each) => each.step < point.step), point]
    : [...points, point];
}
