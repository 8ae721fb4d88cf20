import { convertTo, fileWord, withPandas } from "#server/datasets/rows/remedy.rule.ts";
import type { FileRefusal } from "#server/datasets/shapes/problem.rule.ts";

const magics: [bytes: string, what: string][] = [
  ["1f8b", "gzip"],
  ["504b0304", "zip"],
  ["504b0506", "zip"],
  ["50415231", "Parquet"],
  ["d0cf11e0a1b11ae1", "an old Office document"],
  ["25504446", "a PDF document"],
  ["28b52ffd", "Zstandard"],
  ["425a68", "bzip2"],
  ["fd377a585a00", "xz"],
  ["377abcaf271c", "7-Zip"],
  ["4f626a01", "Avro"],
  ["4152524f5731", "Arrow"],
  ["53514c69746520666f726d6174203300", "a SQLite database"],
  ["89504e47", "a PNG image"],
  ["ffd8ff", "a JPEG image"],
  ["fffe", "UTF-16"],
  ["feff", "UTF-16"],
];

/**
 * Files that are not text in UTF-8, by their first bytes: each is refused with its remedy,
 * never unpacked (a few KB can hold petabytes). null = may be JSON or JSONL.
 */
export function recogniseBinary(head: Uint8Array, filename: string | null = null): FileRefusal | null {
  const hex = Array.from(head.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const kind = magics.find(([bytes]) => hex.startsWith(bytes))?.[1];
  if (kind === "gzip") {
    const remedy = `Unpack it (gunzip ${fileWord(filename)}) and upload the JSONL file.`;
    return { code: "gzip", message: "the file is compressed (gzip)", remedy };
  }
  if (kind === "zip") return zip(head);
  if (kind === "Parquet" || kind === "Avro" || kind === "Arrow") {
    const remedy = `Convert it, for example: ${withPandas("read_parquet", filename)}.`;
    return { code: "parquet", message: `the file is ${kind}, not JSONL`, remedy: kind === "Parquet" ? remedy : saveAs };
  }
  const utf16 = kind === "UTF-16" ? "UTF-16" : utf16WithoutMark(head);
  if (utf16) {
    const message = "the file is text in UTF-16, not UTF-8";
    const remedy = `Save it as UTF-8, for example: ${convertTo("utf8", `iconv -f ${utf16} -t UTF-8`, filename)}.`;
    return { code: "utf16", message, remedy };
  }
  if (kind === "Zstandard" || kind === "bzip2" || kind === "xz" || kind === "7-Zip") {
    return {
      code: "compressed",
      message: `the file is compressed (${kind})`,
      remedy: "Unpack it and upload the JSONL file.",
    };
  }
  if (kind) return { code: "binary", message: `the file is ${kind}, not JSONL`, remedy: saveAs };
  if (isBinary(head)) return { code: "binary", message: "the file holds binary data, not text", remedy: saveAs };
  return null;
}

/** JSON begins with plain ASCII: in UTF-16 every second byte of it is zero. */
function utf16WithoutMark(head: Uint8Array): "UTF-16LE" | "UTF-16BE" | null {
  const start = head.subarray(0, 32);
  if (start.length < 8 || start.length % 2 === 1) return null;
  const isText = (byte: number) => byte === 0x09 || byte === 0x0a || byte === 0x0d || (byte >= 0x20 && byte < 0x7f);
  const every = (from: number, test: (byte: number) => boolean) =>
    start.every((byte, i) => i % 2 !== from || test(byte));
  if (every(0, isText) && every(1, (byte) => byte === 0)) return "UTF-16LE";
  return every(1, isText) && every(0, (byte) => byte === 0) ? "UTF-16BE" : null;
}

/** One stray NUL is the problem of its line; a file full of them is no text. */
function isBinary(head: Uint8Array): boolean {
  // nearly every file holds none, and looking for one byte is much quicker than counting
  if (!head.includes(0)) return false;
  let zeros = 0;
  for (const byte of head) if (byte === 0) zeros++;
  return zeros * 200 > head.length;
}

/** Lines that end with CR alone, as on old Macs: the whole file would be one line. */
export function recogniseLineEnds(head: string, filename: string | null = null): FileRefusal | null {
  if (head.includes("\n") || !/[}\]][ \t]*\r\s*[{[]/.test(head)) return null;
  const remedy = `Give them line feeds, for example: ${convertTo("lf", "tr '\\r' '\\n' <", filename)}.`;
  return { code: "cr_line_ends", message: "the lines end with a carriage return (CR) alone, as on old Macs", remedy };
}

const saveAs = "Save the rows as JSONL (one JSON object per line, UTF-8) and upload that.";

/** gzip once more inside: unpacking it once would not do. */
export const gzipTwice: FileRefusal = {
  code: "gzip_nested",
  message: "the file is gzip inside gzip",
  remedy: "Unpack it twice (gunzip) and upload the JSONL file.",
};

/** Office documents are zip files; their parts are named in plain text. */
function zip(head: Uint8Array): FileRefusal {
  const names = new TextDecoder("latin1").decode(head);
  if (names.includes("xl/")) return { code: "excel", message: "the file is Excel, not JSONL", remedy: saveAs };
  if (names.includes("[Content_Types].xml")) {
    return { code: "binary", message: "the file is an Office document, not JSONL", remedy: saveAs };
  }
  const message = "the file is compressed (zip)";
  return { code: "zip", message, remedy: "Unpack it and upload the JSONL file inside." };
}

/** Why text whose first lines are no JSON at all is no data set, by what it looks like; null for rows of broken JSON. */
export function recogniseText(head: string, filename: string | null = null): FileRefusal | null {
  const start = head.trimStart();
  if (start.startsWith("version https://git-lfs.github.com/spec/")) {
    const message = "the file is a Git LFS pointer: it names the data and does not hold it";
    return { code: "git_lfs", message, remedy: "Fetch the data with git lfs pull and upload the file again." };
  }
  const firstLine = start.slice(0, 10_000).split(/\r?\n/, 1)[0] ?? "";
  if (start.startsWith("{")) {
    if (firstLine.trimEnd().endsWith("}")) return null;
    const message = "the file is one JSON object over several lines, not one per line";
    const remedy = "Put each row on one line of its own, or write a JSON array of rows.";
    return { code: "not_jsonl", message, remedy };
  }
  if (start.startsWith("<")) {
    return { code: "not_json", message: "the file is HTML or XML, not JSONL", remedy: saveAs };
  }
  const table = [",", ";", "\t"].some((separator) => isHeader(firstLine.split(separator)));
  if (table) {
    const message = "the file looks like a table (CSV), not JSONL";
    const remedy = `Convert it, for example: ${withPandas("read_csv", filename)}.`;
    return { code: "csv", message, remedy };
  }
  const remedy = 'Write one JSON object per line, for example {"text": "…"} for plain text.';
  return { code: "not_json", message: "none of the first lines is JSON", remedy };
}

/** Short names, more than one, and no sentence. */
function isHeader(cells: string[]): boolean {
  return cells.length > 1 && cells.every((cell) => /\S/.test(cell) && cell.length <= 80 && !/[.!?]\s*$/.test(cell));
}
