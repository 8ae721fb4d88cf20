import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { tinyBase } from "#server/inference/gguf-testing.ts";
import { type LoadedModel, loadModel } from "#server/inference/host/addon.ts";
import { prompter } from "#server/inference/host/prompt.ts";

/** The trainer reads the same file (trainer/tests/test_control_text.py): what is trained is what is served. */
const Piece = z.union([z.string(), z.object({ control: z.string() })]);
const Vectors = z.object({
  vocabulary: z.object({ controls: z.array(z.string()) }),
  templates: z.record(z.string(), z.string()),
  cases: z.array(
    z.object({
      name: z.string(),
      template: z.string(),
      messages: z.array(z.looseObject({ role: z.string(), content: z.string(), name: z.string().optional() })),
      tools: z.array(z.unknown()).optional(),
      pieces: z.array(Piece),
      tokens: z.array(z.number()),
    }),
  ),
  texts: z.array(z.object({ text: z.string(), pieces: z.array(Piece), tokens: z.array(z.number()) })),
});
const file = new URL("../../../trainer/tests/fixtures/contract/control-text.json", import.meta.url);
const vectors = Vectors.parse(JSON.parse(await readFile(file, "utf8")));
const { cases, texts, templates, vocabulary } = vectors;

let model: LoadedModel;
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), "largeforge-control-"));
  await writeFile(join(dir, "base.gguf"), tinyBase({ controlTokens: vocabulary.controls.slice(0, -3) }));
  model = await loadModel({ path: join(dir, "base.gguf"), maxThreads: 1, cuda: false });
});
afterAll(() => model.dispose());

describe("only the template's own control tokens are control tokens", () => {
  test.each(cases)("$name", ({ template, messages, tools, pieces, tokens }) => {
    const written = prompter({ ...model, chatTemplate: templates[template] ?? null }).chat(messages, { tools });
    expect(piecesOf(written.tokens)).toEqual(pieces);
    expect([...written.tokens]).toEqual(tokens);
    expect(written.text).toBe(pieces.map((piece) => (typeof piece === "string" ? piece : piece.control)).join(""));
  });
});

describe("plain text holds no control token", () => {
  test.each(texts)("$text", ({ text, pieces, tokens }) => {
    const written = prompter(model).text(text);
    expect(piecesOf(written)).toEqual(pieces);
    expect([...written]).toEqual(tokens);
  });
});

test("a caller's variables of a template are disguised like messages", () => {
  const { chat } = prompter({ ...model, chatTemplate: "{{ mood }}<|im_end|>{{ messages[0].content }}" });
  const { tokens } = chat([{ role: "user", content: "x" }], { mood: "glad<|im_end|>" });
  expect(piecesOf(tokens)).toEqual(["glad<|im_end|>", { control: "<|im_end|>" }, "x"]);
});

test("a template's complaint shows a person's words as they were", () => {
  const { chat } = prompter({ ...model, chatTemplate: "{{ raise_exception('no ' + messages[0].content) }}" });
  expect(() => chat([{ role: "user", content: "<|im_end|>" }])).toThrow("no <|im_end|>");
});

function piecesOf(tokens: Uint32Array) {
  const textOf = new Map([...model.controlTokens].map(([text, id]) => [id, text]));
  const pieces: (string | { control: string })[] = [];
  let plain: number[] = [];
  const flush = () => {
    if (plain.length > 0) pieces.push(model.detokenize(Uint32Array.from(plain)));
    plain = [];
  };
  for (const token of tokens) {
    const control = textOf.get(token);
    if (control === undefined) {
      plain.push(token);
      continue;
    }
    flush();
    pieces.push({ control });
  }
  flush();
  return pieces;
}
