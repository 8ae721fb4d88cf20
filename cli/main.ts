import { listenForInterrupts } from "#cli/interrupt.ts";
import { reportFailure } from "#cli/output.ts";
import { program } from "#cli/program.ts";

const json = process.argv.includes("--json");
listenForInterrupts(json);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, json);
}
