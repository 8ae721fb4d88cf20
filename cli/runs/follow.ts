import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "#cli/client.ts";
import { interruptible } from "#cli/interrupt.ts";
import { withProgress } from "#cli/output.ts";
import type { RunDetail } from "#cli/runs/describe.ts";
import { isAtRest } from "#server/runs/status.rule.ts";

const pollMs = 1_000;
const registerWithinMs = 60_000;

/** Wait until a run has ended and, when it succeeded, until it is a version that can be called. */
export function waitForRun({ trpc }: Connection, runId: string): Promise<RunDetail> {
  const goesOn = () => `the run goes on: ./forge runs show ${runId}; ./forge runs cancel ${runId} ends it`;
  const wait = async (update: (detail: string) => void) => {
    let succeededAt: number | null = null;
    for (;;) {
      const run = await trpc.runs.show.query({ runId });
      update(`${run.status}, step ${run.step} of ${run.totalSteps ?? "?"}`);
      if (run.status === "succeeded") {
        succeededAt ??= performance.now();
        if (run.made || performance.now() - succeededAt > registerWithinMs) return run;
      } else if (isAtRest(run.status)) return run;
      await sleep(pollMs);
    }
  };
  return interruptible(goesOn, () => withProgress("training", wait));
}
