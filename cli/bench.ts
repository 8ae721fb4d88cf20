import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Argument, type Command } from "commander";
import { wantsJson } from "#cli/output.ts";
import { root, toolsDir, trainerPython } from "#cli/paths.ts";

/** `forge bench NAME`: a benchmark prints ratios beside a peer in the same run; loopback only, ends by itself. */
export function registerBench(program: Command): void {
  const names = readdirSync(join(root, "bench"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -".ts".length));
  program
    .command("bench")
    .description("measure this machine: ratios beside a peer in the same run")
    .addArgument(new Argument("<name>", "which benchmark").choices(names))
    .argument("[options...]", "options of the benchmark, like --minutes 10 for fuzz")
    .allowUnknownOption()
    .action(async (name: string, own: string[], _options: unknown, command: Command) => {
      const args = [join(root, "bench", `${name}.ts`), ...own, ...(wantsJson(command) ? ["--json"] : [])];
      const env = { ...process.env, FORGE_TOOLS: toolsDir, FORGE_TRAINER_PYTHON: trainerPython };
      const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
        cwd: root,
        env,
        stdio: "inherit",
      });
      process.exitCode = await new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
    });
}
