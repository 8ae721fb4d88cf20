import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Connection, connect, consolePage } from "#cli/client.ts";
import { checkText } from "#cli/datasets/report.ts";
import { notAFile } from "#cli/datasets/send-path.ts";
import { shownText } from "#cli/datasets/shown-text.ts";
import { uploadFile } from "#cli/datasets/upload-file.ts";
import { waitForVersion } from "#cli/datasets/wait-for-version.ts";
import { addDelete, nullIfMissing } from "#cli/deletion.ts";
import { interruptible } from "#cli/interrupt.ts";
import { collect, type Paging, paged, printList } from "#cli/list.ts";
import { print, withProgress } from "#cli/output.ts";
import { formatBytes, plural } from "#components/ui/format.ts";
import {
  type ColumnMapping,
  type DecideDataset,
  ColumnMapping as Mapping,
  mappingTargets,
} from "#server/datasets/input.ts";
import { inspectFile } from "#server/datasets/pass/inspect.ts";
import { defaultValidationShareBp } from "#server/datasets/shapes/canonical.rule.ts";
import { mappedReading } from "#server/datasets/shapes/mapping.rule.ts";
import { nothingToTrain } from "#server/datasets/split.rule.ts";
import { DomainError } from "#server/errors.ts";

type Decision = DecideDataset["decision"];
type ListOptions = Paging & { search?: string; archived?: boolean };

/** `forge datasets check|upload|decide|resplit|list|show`. */
export function registerDatasets(program: Command): void {
  const datasets = program.command("datasets").description("what models learn from and are judged by");
  registerCheck(datasets);
  registerUpload(datasets);
  registerDecide(datasets);
  registerResplit(datasets);
  addDelete(
    datasets,
    "dataset",
    {
      argument: "<name>",
      help: "NAME/3, or NAME for all its versions; an id or a short id",
      description: "delete a version with its rows, or a dataset with all its versions",
    },
    async ({ trpc }, name) => {
      const dataset = await trpc.datasets.deleteAffects.query({ dataset: name }).catch(nullIfMissing);
      if (dataset) return { affects: dataset, remove: () => trpc.datasets.delete.mutate({ dataset: dataset.id }) };
      const affects = await trpc.datasets.deleteVersionAffects.query({ ref: name });
      return { affects, noun: "dataset version", remove: () => trpc.datasets.deleteVersion.mutate({ ref: name }) };
    },
  );
  paged(datasets.command("list"))
    .description("the datasets of the project, the newest version of each")
    .option("--search <text>", "part of the name")
    .option("--archived", "those that were archived instead")
    .action(async ({ search, archived, ...paging }: ListOptions, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const list = await collect((page) => trpc.datasets.list.query({ search, archived, ...page }), paging);
      const headers = ["name", "status", "shape", "rows", "size", "bad rows", "used by", "why"];
      printList(command, list, headers, ({ name, latest, usedBy }) => [
        `${name}/${latest.version}`,
        latest.state,
        latest.shape,
        latest.review === "mapping" ? null : latest.rowsRead, // the reading stopped at its columns
        formatBytes(latest.sourceBytes),
        latest.badRows,
        `${plural(usedBy.runs, "run")}, ${plural(usedBy.suites, "suite")}`,
        latest.refusal?.message ?? latest.waitingFor ?? (latest.review && reviewLabels[latest.review]),
      ]);
    });
  datasets
    .command("show")
    .description("one version with its counts, lengths and problems")
    .argument("<name>", "NAME, NAME/3, an id or a short id")
    .action(async (ref: string, _options: unknown, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const shown = await connection.trpc.datasets.show.query({ ref });
      print(command, shown, () => shownText(shown, pageOf(connection, shown)));
    });
}

const reviewLabels = { mapping: "its columns must be mapped", bad_rows: "rows with problems wait for a decision" };

const mapOption = "--map <column=target,…>";
const mapHelp = "what the columns are, e.g. question=prompt,answer=completion";

const validationHelp = "share kept for validation (default 10; 100 makes an eval set)";

type CheckOptions = { map?: ColumnMapping; validation?: number };

function registerCheck(datasets: Command) {
  datasets
    .command("check")
    .description("validate a file here, without a control plane; exit 1 when it has problems")
    .argument("<file>")
    .option(mapOption, mapHelp, parseMap)
    .option("--validation <percent>", validationHelp, parsePercent)
    .action(async (file: string, { map, validation }: CheckOptions, command: Command) => {
      const found = await stat(file).catch(() => null);
      if (!found) throw new DomainError("INVALID", `there is no file ${file}`);
      if (!found.isFile()) throw new DomainError("INVALID", notAFile(file));
      const validationShareBp = validation ?? defaultValidationShareBp;
      const options = { mapping: map ?? null, filename: basename(file), validationShareBp };
      const report = await inspectFile(createReadStream(file), options);
      const { pages: _, ...shown } = report;
      print(command, { file, ...shown }, () => checkText(file, report, validationShareBp));
      const { train: trainRows, validation: validationRows } = report.rows;
      const isUnfit = nothingToTrain({ trainRows, validationRows, validationShareBp }) !== null;
      if (report.refusal || report.unmapped || report.badRows > 0 || isUnfit) process.exitCode = 1;
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
    .option("--validation <percent>", validationHelp, parsePercent)
    .option("--wait", "until it is imported; exit 5 when it needs a person or is refused")
    .action(async (file: string, options: UploadOptions, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const { name, map: mapping, onBadRows, validation: validationShareBp } = options;
      const created = await interruptible(
        () => `what was sent of ${file} is kept for a week; the same command goes on from there`,
        () =>
          withProgress(`uploading ${file}`, (update) =>
            uploadFile(connection, file, { name, mapping, onBadRows, validationShareBp }, (sent, bytes) =>
              update(`${percent(sent, bytes)} of ${(bytes / 1e6).toFixed(1)} MB`),
            ),
          ),
      );
      if (!options.wait) return print(command, created, ({ name, version }) => `${name}/${version} is being imported`);
      await waitAndPrint(command, connection, created);
    });
}

type DecideOptions = { setAside?: boolean; refuse?: boolean; map?: ColumnMapping; wait?: boolean };

function registerDecide(datasets: Command) {
  datasets
    .command("decide")
    .description("decide about a version that needs review")
    .argument("<name>", "NAME, NAME/3, an id or a short id")
    .option("--set-aside", "go on with the good rows; the others stay downloadable")
    .option("--refuse", "take none of it")
    .option(mapOption, `${mapHelp}; the file is read again`, parseMap)
    .option("--wait", "until it is imported; exit 5 when it needs a person or is refused")
    .action(async (ref: string, { setAside, refuse, map, wait }: DecideOptions, command: Command) => {
      const decisions: Decision[] = [
        ...(setAside ? [{ do: "set_aside" } as const] : []),
        ...(refuse ? [{ do: "refuse" } as const] : []),
        ...(map ? [{ do: "map", mapping: map } as const] : []),
      ];
      const [decision] = decisions;
      if (!decision || decisions.length > 1)
        return command.error("error: say one of --set-aside, --refuse and --map, and no other");
      const connection = connect(command.optsWithGlobals());
      const { name, version } = await connection.trpc.datasets.show.query({ ref });
      const decided = await connection.trpc.datasets.decide.mutate({ versionId: version.id, decision });
      if (wait) return waitAndPrint(command, connection, { versionId: version.id, name, version: version.version });
      print(command, decided, ({ status }) => `${name}/${version.version} is ${status.replace("_", " ")}`);
    });
}

function registerResplit(datasets: Command) {
  datasets
    .command("resplit")
    .description("a version of the same file with another share for validation")
    .argument("<name>", "NAME, NAME/3, an id or a short id")
    .requiredOption("--validation <percent>", validationHelp, parsePercent)
    .option("--wait", "until it is imported; exit 5 when it needs a person or is refused")
    .action(async (ref: string, options: { validation: number; wait?: boolean }, command: Command) => {
      const connection = connect(command.optsWithGlobals());
      const { version: shown } = await connection.trpc.datasets.show.query({ ref });
      const input = { versionId: shown.id, validationShareBp: options.validation };
      const made = await connection.trpc.datasets.resplit.mutate(input);
      if (options.wait) return waitAndPrint(command, connection, made);
      const does = made.isNew ? "is being imported" : "has this split";
      print(command, made, ({ name, version }) => `${name}/${version} ${does}`);
    });
}

type Imported = { versionId: string; name: string; version: number };

async function waitAndPrint(command: Command, connection: Connection, { versionId, name, version }: Imported) {
  const shown = await interruptible(
    () => `the import of ${name}/${version} goes on: ./forge datasets show ${name}/${version}`,
    () =>
      withProgress("importing", (update) =>
        waitForVersion(connection, versionId, (share, rows, waitingFor) =>
          update(waitingFor ? `waiting: ${waitingFor}` : `${percent(share, 1)}, ${rows} rows`),
        ),
      ),
  );
  print(command, shown, () => shownText(shown, pageOf(connection, shown)));
  if (shown.version.status !== "ready") process.exitCode = 5;
}

function pageOf(connection: Connection, { id, version }: { id: string; version: { version: number } }) {
  return consolePage(connection, `datasets/${id}?version=${version.version}`);
}

const percent = (part: number, whole: number) => `${whole > 0 ? Math.floor((100 * part) / whole) : 100} %`;

/** `question=prompt,answer=completion` (column=target) → {prompt: "question", completion: "answer"}. */
export function parseMap(text: string): ColumnMapping {
  const pairs = text.split(",").map((pair) => {
    const at = pair.lastIndexOf("=");
    return at > 0 ? [pair.slice(at + 1).trim(), pair.slice(0, at).trim()] : [pair.trim(), ""];
  });
  const parsed = Mapping.safeParse(Object.fromEntries(pairs));
  if (!parsed.success) {
    throw new InvalidArgumentError(`write column=target, with targets from ${mappingTargets.join(", ")}.`);
  }
  const reading = mappedReading(parsed.data);
  if ("lacks" in reading) throw new InvalidArgumentError(`${reading.lacks}.`);
  return parsed.data;
}

/** `10` → 1,000 basis points. */
function parsePercent(text: string): number {
  const percent = Number(text);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError("give a percentage from 0 to 100.");
  return Math.round(percent * 100);
}
