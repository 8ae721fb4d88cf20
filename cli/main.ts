import { reportFailure } from "#cli/output.ts";
import { program } from "#cli/program.ts";

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, process.argv.includes("--json"));
}
