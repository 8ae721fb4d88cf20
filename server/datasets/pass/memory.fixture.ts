import { inspectFile } from "#server/datasets/pass/inspect.ts";

/** Reads a generated file of argv[2] MB and prints by how many MB the process grew after its first tenth. */
const megabytes = Number(process.argv[2]);
const chunkBytes = 128 * 1024;
const rssMb = () => process.memoryUsage.rss() / 1e6;
let warm = 0;
let peak = 0;

const digits = 12;
const row = Buffer.from(
  `${JSON.stringify({ text: `${"0".repeat(digits)} ${"lorem ipsum dolor sit amet ".repeat(30)}` })}\n`,
);
const rowsPerChunk = Math.floor(chunkBytes / row.length);

/** All rows differ, and making them costs next to no memory, so that what grows is ours. */
async function* source() {
  const template = Buffer.concat(Array.from({ length: rowsPerChunk }, () => row));
  const at = row.indexOf("0");
  let number = 0;
  for (let sent = 0; sent < megabytes * 1e6; sent += template.length) {
    const chunk = Buffer.from(template);
    for (let i = 0; i < rowsPerChunk; i++)
      chunk.write(`${number++}`.padStart(digits, "0"), i * row.length + at, "latin1");
    if (warm === 0 && sent > megabytes * 1e5) warm = rssMb();
    peak = Math.max(peak, rssMb());
    yield chunk;
  }
}

const written = { train: 0, validation: 0, setAside: 0 };
const sink = (name: keyof typeof written) => async (bytes: Buffer) => {
  written[name] += bytes.length;
};
const sinks = { train: sink("train"), validation: sink("validation"), setAside: sink("setAside") };
const report = await inspectFile(source(), { sinks });
console.log(JSON.stringify({ rows: report.rowsRead, badRows: report.badRows, warm, grownMb: peak - warm, written }));
