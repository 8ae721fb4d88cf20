import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Command, Option } from "commander";
import { connect } from "#cli/client.ts";
import { parseMap, parsePercent } from "#cli/datasets/options.ts";
import { checkText, problemTable, unmappedText } from "#cli/datasets/report.ts";
import { uploadFile } from "#cli/datasets/upload-file.ts";
import { waitForVersion } from "#cli/datasets/wait-for-version.ts";
import { print, table, withProgress } from "#cli/output.ts";
import type { ColumnMapping } from "#server/datasets/input.ts";
import { inspectFile } from "#server/datasets/pass/inspect.ts";
import { DomainError } from "#server/errors.ts";

type Shown = Awaited<ReturnType<typeof waitForVersion>>;

/** `forge datasets check|upload|list|show`. */
export function registerDatasets(program: Command): void {
  const datasets = program.command("datasets").description("what models learn from and are judged by");
  registerCheck(datasets);
  registerUpload(datasets);
  datasets
    .command("list")
    .description("the datasets of the project, the newest version of each")
    .option("--search <text>", "part of the name")
    .action(async ({ search }: { search?: string }, command: Command) => {
      const { items } = await connect(command.optsWithGlobals()).trpc.datasets.list.query({ search, limit: 100 });
      print(command, items, (rows) =>
        table(
          ["name", "status", "shape", "rows", "bytes", "problems", "used by"],
          rows.map(({ name, latest, usedBy }) => [
            `${name}/${latest.version}`,
            latest.status,
            latest.shape,
            latest.rowsRead,
            latest.sourceBytes,
            latest.problemCount,
            `${usedBy.runs} runs, ${usedBy.suites} suites`,
          ]),
        ),
      );
    });
  datasets
    .command("show")
    .description("one version with its counts, lengths and problems")
    .argument("<name>", "NAME, NAME/3 or an id")
    .action(async (ref: string, _options: unknown, command: Command) => {
      print(command, await connect(command.optsWithGlobals()).trpc.datasets.show.query({ ref }), shownText);
    });
}

const mapOption = "--map <column=target,…>";
const mapHelp = "what the columns are, e.g. question=prompt,answer=completion";

function registerCheck(datasets: Command) {
  datasets
    .command("check")
    .description("validate a file here, without a control plane; exit 1 when it has problems")
    .argument("<file>")
    .option(mapOption, mapHelp, parseMap)
    .action(async (file: string, { map }: { map?: ColumnMapping }, command: Command) => {
      const found = await stat(file).catch(() => null);
      if (!found?.isFile()) throw new DomainError("INVALID", `there is no file ${file}`);
      const report = await inspectFile(createReadStream(file), { mapping: map ?? null });
      const { pages: _, ...shown } = report;
      print(command, { file, ...shown }, () => checkText(file, report));
      if (report.refusal || report.unmapped || report.badRows > 0) process.exitCode = 1;
    });
}

type UploadOptions = {
  name?: string;
  map?: ColumnMapping;
  onBadRows: "ask" | "refuse" | "set_aside";
  validation?: number;
  wait?: boolean;
};

function registerUpload(datasets: Command) {
  const choices = ["ask", "refuse", "set_aside"];
  datasets
    .command("upload")
    .description("upload a file as the next version of a dataset; the same command again goes on after a break")
    .argument("<file>")
    .option("--name <name>", "the dataset (default: the file's name)")
    .option(mapOption, mapHelp, parseMap)
    .addOption(
      new Option("--on-bad-rows <what>", "what to do about rows with problems").choices(choices).default("ask"),
    )
    .option("--validation <percent>", "share kept for validation (default 10; 100 makes an eval set)", parsePercent)
    .option("--wait", "until it is imported; exit 5 when it needs a person or is refused")
    .action(async (file: string, options: UploadOptions, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const { name, map: mapping, onBadRows, validation: validationShareBp } = options;
      const created = await withProgress(`uploading ${file}`, (update) =>
        uploadFile(connection, file, { name, mapping, onBadRows, validationShareBp }, (sent, bytes) =>
          update(`${percent(sent, bytes)} of ${(bytes / 1e6).toFixed(1)} MB`),
        ),
      );
      if (!options.wait) return print(command, created, ({ name, version }) => `${name}/${version} is being imported`);
      const shown = await withProgress("importing", (update) =>
        waitForVersion(connection, created.versionId, (share, rows) => update(`${percent(share, 1)}, ${rows} rows`)),
      );
      print(command, shown, shownText);
      if (shown.version.status !== "ready") process.exitCode = 5;
    });
}

const percent = (part: number, whole: number) => `${whole > 0 ? Math.floor((100 * part) / whole) : 100} %`;

function shownText({ name, version }: Shown): string {
  const head = `${name}/${version.version}: ${version.status.replace("_", " ")}`;
  if (version.refusal) {
    const why = [`${head}: ${version.refusal.message}`, version.refusal.remedy];
    return [...why, problemTable(version.problems, version.problemCount ?? 0)].filter(Boolean).join("\n");
  }
  if (version.reviewDetail?.kind === "mapping") {
    return `${head}\n${unmappedText(version.filename, version.reviewDetail)}`;
  }
  const rows =
    version.trainRows === null ? "" : `  ${version.trainRows} training and ${version.validationRows} validation rows`;
  const shape = version.shape ? `  ${version.sourceShape} → ${version.shape}` : "";
  const bad = version.badRows
    ? `  ${version.badRows} rows with problems${version.status === "ready" ? ", set aside" : ""}`
    : "";
  const lengths = Object.entries(version.lengths).map(
    ([field, { p50, p95, max }]) => `  ${field}: median ${p50}, 95 % below ${p95}, longest ${max}`,
  );
  const listed = problemTable(version.problems, version.problemCount ?? 0);
  return [head, rows, shape, bad, ...lengths, listed].filter(Boolean).join("\n");
}
