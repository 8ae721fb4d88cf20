import { setTimeout as sleep } from "node:timers/promises";
import { reportInterrupt } from "#cli/output.ts";

/** What Ctrl-C does during a step → the sentence that says what goes on and how to go on; null: the step ends by itself. */
type Ending = () => string | null | Promise<string | null>;

const endings: Ending[] = [];
const endWithinMs = 60_000;

/** Do `work`; Ctrl-C meanwhile runs `ending` before the command exits with 130. */
export async function interruptible<T>(ending: Ending, work: () => Promise<T>): Promise<T> {
  endings.push(ending);
  try {
    return await work();
  } finally {
    endings.splice(endings.lastIndexOf(ending), 1);
  }
}

/**
 * From now on Ctrl-C ends the steps under way, the innermost first, and tells the sentence of the outermost, which
 * knows most. A second Ctrl-C ends the command at once.
 */
export function listenForInterrupts(json: boolean): void {
  process.once(
    "SIGINT",
    () => void Promise.race([endSteps(), sleep(endWithinMs, "", { ref: false })]).then(leave, leave),
  );
  const leave = (told: unknown) => {
    if (told === null) return;
    reportInterrupt(typeof told === "string" ? told : "", json);
    process.exit(130);
  };
}

async function endSteps() {
  let told: string | null = "";
  for (const ending of endings.toReversed()) told = await ending();
  return told;
}
