import { expect, test } from "vitest";
import { printed, tokenBytes } from "#server/inference/host/token-bytes.rule.ts";

const normal = 1;
const bytesOf = (kind: string, text: string, type = normal) => {
  const bytes = tokenBytes(kind, { text, type });
  return bytes && Buffer.from(bytes).toString("hex");
};

test("a byte-level BPE spells bytes with GPT-2's alphabet", () => {
  expect(bytesOf("gpt2", "Ġhello")).toBe(Buffer.from(" hello").toString("hex"));
  expect(bytesOf("gpt2", "Ċ")).toBe("0a");
  expect(bytesOf("gpt2", "æĹ¥")).toBe(Buffer.from("日").toString("hex"));
  expect(bytesOf("gpt2", "æĹ")).toBe("e697");
  expect(bytesOf("gpt2", "日")).toBeNull();
});

test("SentencePiece has a token for each byte and writes a space as a low line", () => {
  expect(bytesOf("llama", "<0xE6>", 6)).toBe("e6");
  expect(bytesOf("llama", "▁día")).toBe(Buffer.from(" día").toString("hex"));
  expect(bytesOf("llama", "<0xE6>")).toBe(Buffer.from("<0xE6>").toString("hex"));
});

test("a control token adds nothing to a text; another kind of tokenizer is not guessed at", () => {
  expect(bytesOf("gpt2", "<|im_end|>", 3)).toBe("");
  expect(bytesOf("bert", "##ing")).toBeNull();
});

test("whole characters are printed as they are, parts of one as their bytes", () => {
  expect(printed(Buffer.from("日"))).toEqual({ text: "日", whole: true });
  expect(printed(Buffer.from([0xe6, 0x97]))).toEqual({ text: "\\xe6\\x97", whole: false });
  expect(printed(Buffer.from([0x0a]))).toEqual({ text: "\n", whole: true });
});
