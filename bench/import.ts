import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { inspectFile } from "#server/datasets/pass/inspect.ts";

/**
 * MB of chat JSONL per CPU-second: our whole import pass (UTF-8 check, parse, validate, normalise, sha256, duplicates,
 * lengths, split) beside loops that only read lines and call JSON.parse, alternating in one process.
 */
const megabytes = 64;
const rounds = 5;
const json = process.argv.includes("--json");

const dir = await mkdtemp(join(tmpdir(), "largeforge-bench-import-"));
const file = join(dir, "chats.jsonl");
try {
  const bytes = await writeChats(file, megabytes * 1e6);
  const contenders = { import: importPass, readline: readlineLoop, chunks: chunkLoop };
  const speeds = { import: [] as number[], readline: [] as number[], chunks: [] as number[] };
  for (const run of Object.values(contenders)) await run(file);
  for (let round = 0; round < rounds; round++) {
    for (const name of ["import", "readline", "chunks"] as const) {
      const before = process.cpuUsage();
      await contenders[name](file);
      const { user, system } = process.cpuUsage(before);
      speeds[name].push(bytes / (user + system));
    }
  }
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const mbPerCpuSecond = {
    import: median(speeds.import),
    readline: median(speeds.readline),
    chunks: median(speeds.chunks),
  };
  const ratios = {
    importToReadlineJsonParse: mbPerCpuSecond.import / mbPerCpuSecond.readline,
    importToBareJsonParse: mbPerCpuSecond.import / mbPerCpuSecond.chunks,
  };
  const goals = { importToReadlineJsonParse: 0.4, importToBareJsonParse: 0.2 };
  const met =
    ratios.importToReadlineJsonParse >= goals.importToReadlineJsonParse &&
    ratios.importToBareJsonParse >= goals.importToBareJsonParse;
  const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
  const report = { name: "import", machine, megabytes, rounds, mbPerCpuSecond, ratios, goals, met };
  console.log(json ? JSON.stringify(report, null, 2) : words(report));
  process.exitCode = met ? 0 : 1;
} finally {
  await rm(dir, { recursive: true, force: true });
}

function words(report: {
  mbPerCpuSecond: Record<string, number>;
  ratios: Record<string, number>;
  goals: Record<string, number>;
}) {
  const speedLines = Object.entries(report.mbPerCpuSecond).map(
    ([name, mb]) => `  ${name.padEnd(10)} ${mb.toFixed(0)} MB per CPU-second`,
  );
  const goals = new Map(Object.entries(report.goals));
  const ratioLines = Object.entries(report.ratios).map(
    ([name, ratio]) => `  ${name.padEnd(28)} ${ratio.toFixed(2)} (goal ≥ ${goals.get(name)})`,
  );
  return ["import: the whole pass beside bare JSON.parse loops", ...speedLines, ...ratioLines].join("\n");
}

async function importPass(path: string) {
  const report = await inspectFile(createReadStream(path, { highWaterMark: 1 << 20 }));
  if (report.badRows > 0 || report.refusal) throw new Error("the bench's own file is not valid");
}

async function readlineLoop(path: string) {
  let rows = 0;
  for await (const line of createInterface({ input: createReadStream(path, { highWaterMark: 1 << 20 }) })) {
    if (JSON.parse(line)) rows++;
  }
  return rows;
}

/** The quickest plain loop we know: 1 MiB chunks, cut at line breaks. */
async function chunkLoop(path: string) {
  let rows = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      if (JSON.parse(bytes.toString("utf8", start, end))) rows++;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return rows;
}

/** Chats of two to six turns with some non-ASCII, about 1 KB a row. */
async function writeChats(path: string, target: number) {
  const words =
    "the refund for order was sent to your card on Tuesday – merci, größer und schneller than we thought".split(" ");
  let state = 7;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const sentence = () => Array.from({ length: 10 + next(40) }, () => words[next(words.length)]).join(" ");
  let written = 0;
  async function* rows() {
    while (written < target) {
      const turns = 2 * (1 + next(3));
      const messages = Array.from({ length: turns }, (_, i) => ({
        role: i % 2 ? "assistant" : "user",
        content: sentence(),
      }));
      const line = Buffer.from(`${JSON.stringify({ messages })}\n`);
      written += line.length;
      yield line;
    }
  }
  await pipeline(rows(), createWriteStream(path));
  return written;
}
