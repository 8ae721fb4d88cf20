import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { print, say, seconds, withProgress } from "#cli/output.ts";
import { root, toolsDir, trainerPython } from "#cli/paths.ts";
import { type Browser, setUpBrowser } from "#cli/setup/browser.ts";
import { buildConsole } from "#cli/setup/console.ts";
import { setUpConverters } from "#cli/setup/converters.ts";
import { setUpEngine } from "#cli/setup/engine.ts";
import { setUpStep } from "#cli/setup/run-set-up.ts";
import { setUpTrainer } from "#cli/setup/trainer.ts";
import { countPytest, countReport, runStage, type StageResult } from "#cli/test-stage.ts";

const testDistDir = ".next-test";
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const reports = join(toolsDir, "reports");

/** `forge test`: exactly what CI runs, quick checks first; exit 1 when anything failed. */
export function registerTest(program: Command): void {
  program
    .command("test")
    .description("all checks: format, lint, types, unit, integration, trainer, end to end in a real browser")
    .option("--no-e2e", "without the browser test")
    .action(async (options: { e2e: boolean }, command: Command) => {
      const from = performance.now();
      await rm(reports, { recursive: true, force: true });
      const browser = await setUp(options.e2e);
      const stages = await staticChecks();
      const [tested, built] = await Promise.all([unitTests(), browser ? consoleBuild() : null]);
      stages.push(...tested);
      if (built) stages.push(built);
      if (browser && built?.passed) stages.push(await endToEnd(browser));
      report(command, stages, performance.now() - from);
    });
}

async function setUp(e2e: boolean) {
  await setUpStep("inference engine", setUpEngine);
  await setUpStep("GGUF converters", setUpConverters);
  const [, browser] = await Promise.all([
    withProgress("trainer environment", setUpTrainer),
    e2e ? setUpStep("browser", setUpBrowser) : Promise.resolve(null),
  ]);
  return browser;
}

async function staticChecks(): Promise<StageResult[]> {
  const ruff = join(trainerPython, "..", "ruff");
  return [
    await runStage("format and lint", bin("biome"), ["ci", "--error-on-warnings", "."]),
    await runStage("types", bin("tsc"), ["--noEmit"]),
    await runStage("unused files and exports", bin("knip"), []),
    await runStage("python lint", ruff, ["check", "trainer", "bench"]),
    await runStage("python format", ruff, ["format", "--check", "trainer", "bench"]),
  ];
}

async function unitTests(): Promise<StageResult[]> {
  const env = {
    ...process.env,
    FORGE_TOOLS: toolsDir,
    FORGE_TRAINER_PYTHON: trainerPython,
    DATABASE_URL: "",
    REDIS_URL: "",
  };
  const vitestReport = join(reports, "vitest.json");
  const args = [bin("vitest"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`];
  const unit = runStage("unit and integration", process.execPath, args, {
    env,
    count: () => countReport(vitestReport),
  });
  const python = { ...env, PYTHONPATH: join(root, "trainer", "src"), OMP_NUM_THREADS: "1" };
  const pytest = ["-m", "pytest", "trainer", "-o", "addopts=--strict-markers -p no:cacheprovider", "-q"];
  const trainer = runStage("trainer", trainerPython, pytest, { env: python, count: countPytest, held: true });
  return Promise.all([unit, trainer]);
}

async function consoleBuild(): Promise<StageResult> {
  const from = performance.now();
  const result = (passed: 0 | 1) => ({
    name: "console build",
    ms: performance.now() - from,
    passed,
    failed: 1 - passed,
    skipped: 0,
  });
  try {
    await setUpStep("console build", (update) => buildConsole(testDistDir, update));
    return result(1);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return result(0);
  }
}

async function endToEnd(browser: Browser): Promise<StageResult> {
  const playwrightReport = join(reports, "playwright.json");
  const env = {
    ...process.env,
    NEXT_DIST_DIR: testDistDir,
    FORGE_TOOLS: toolsDir,
    FORGE_TEST_BROWSER: browser.executable,
    PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightReport,
    FORGE_TEST_BROWSER_LIBRARIES: browser.libraryPath ?? "",
    FORGE_TEST_BROWSER_FONTS: browser.fontPath ?? "",
  };
  const cli = join(root, "node_modules", "@playwright", "test", "cli.js");
  return runStage("end to end", process.execPath, [cli, "test", "--reporter=list,json"], {
    env,
    count: () => countReport(playwrightReport),
  });
}

function report(command: Command, stages: StageResult[], ms: number) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of stages) {
    total.passed += stage.passed;
    total.failed += stage.failed;
    total.skipped += stage.skipped;
    say(
      `  ${stage.failed > 0 ? "✗" : "✓"} ${stage.name}: ${stage.passed} passed, ${stage.failed} failed, ${stage.skipped} skipped in ${seconds(stage.ms)}`,
    );
  }
  say(`  all in ${seconds(ms)}`);
  print(
    command,
    { ...total, ms, stages },
    () => `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`,
  );
  if (total.failed > 0) process.exitCode = 1;
}
