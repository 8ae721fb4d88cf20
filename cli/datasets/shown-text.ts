import { exampleMapping, noteLines, problemTable, unmappedText } from "#cli/datasets/report.ts";
import type { waitForVersion } from "#cli/datasets/wait-for-version.ts";
import { plural } from "#components/ui/format.ts";
import { notForSft, nothingToTrain } from "#server/datasets/split.rule.ts";

type Shown = Awaited<ReturnType<typeof waitForVersion>>;

/** A version in a few lines; for one that needs a person also what can be decided and where it can be looked at. */
export function shownText({ name, version }: Shown, pageUrl: string | null): string {
  const text = versionText(name, version);
  if (!version.review) return text;
  const decide = `./forge datasets decide ${shellWord(`${name}/${version.version}`)}`;
  const detail = version.reviewDetail;
  const ways =
    detail?.kind === "mapping"
      ? [`${decide} --map ${shellWord(exampleMapping(detail.columns))}`, `${decide} --refuse`]
      : [`${decide} --set-aside   # go on with the rows that are good`, `${decide} --refuse`];
  const look = pageUrl ? [`  or look at it in the console: ${pageUrl}`] : [];
  return [text, "It waits for you:", ...ways.map((way) => `  ${way}`), ...look].join("\n");
}

function shellWord(text: string) {
  return /^[\w./=,-]+$/.test(text) ? text : `'${text}'`;
}

function versionText(name: string, version: Shown["version"]): string {
  const head = `${name}/${version.version}: ${version.state.replace("_", " ")}`;
  if (version.refusal) {
    const why = [`${head}: ${version.refusal.message}`, version.refusal.remedy];
    return [...why, problemTable(version.problems)].filter(Boolean).join("\n");
  }
  if (version.waitingFor) return `${head}, waiting: ${version.waitingFor}`;
  if (version.reviewDetail?.kind === "mapping") {
    return `${head}\n${unmappedText(version.filename, version.reviewDetail)}`;
  }
  const rows =
    version.trainRows === null ? "" : `  ${version.trainRows} training and ${version.validationRows} validation rows`;
  const shape = version.shape ? `  ${version.sourceShape} → ${version.shape}` : "";
  const bad = version.badRows
    ? `  ${plural(version.badRows, "row")} with problems${version.status === "ready" ? ", set aside" : ""}`
    : "";
  const lengths = Object.entries(version.lengths).map(
    ([field, { p50, p95, max }]) => `  ${field}: median ${p50}, 95 % below ${p95}, longest ${max}`,
  );
  const none = nothingToTrain(version);
  const listed = problemTable(version.problems);
  const again = `./forge datasets resplit ${shellWord(`${name}/${version.version}`)} --validation 0`;
  const split = none && `  ${none}; to train on them: ${again}`;
  const unfit = notForSft(version.shape);
  return [head, rows, split, shape, unfit && `  ${unfit}`, bad, ...noteLines(version.notes), ...lengths, listed]
    .filter(Boolean)
    .join("\n");
}
