import fc from "fast-check";
import { expect, test } from "vitest";
import {
  choice,
  number,
  readField,
  showField,
  toggle,
  whole,
  wholeOrNone,
  writeField,
} from "#server/runs/methods/field.ts";
import { completeSettings, inSentence, suggestFor, summarize } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";
import { chosenIn, settingsOf, specSchema } from "#server/runs/methods/spec.ts";

const about = { label: "Size", help: "How large.", group: "main", path: "a.size", flag: "--size <n>" } as const;
const share = number({ ...about, min: 0, max: 0.5, suggest: 0.1 });
const rows = whole({ ...about, min: 1, max: 256, suggest: 8 });
const limit = wholeOrNone({ ...about, min: 1, max: 100, suggest: null, none: { label: "set by epochs", typed: "" } });
const kind = choice({ ...about, options: ["linear", "cosine"], suggest: "linear" });
const packing = toggle({ ...about, flagSets: true, suggest: false });

const known = fc.record({
  parameters: fc.option(fc.integer({ min: 1, max: 70_000_000_000 })),
  contextLength: fc.option(fc.integer({ min: 8, max: 131_072 })),
  trainRows: fc.integer({ min: 1, max: 10_000_000 }),
  validationRows: fc.integer({ min: 0, max: 1_000 }),
});

test("a value that is written into the form is read back as itself", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.5, noNaN: true }), fc.integer({ min: 1, max: 256 }), (part, count) => {
      expect(readField(share, writeField(share, part))).toEqual({ ok: true, value: part === 0 ? 0 : part });
      expect(readField(rows, writeField(rows, count))).toEqual({ ok: true, value: count });
    }),
  );
  expect(readField(limit, writeField(limit, null))).toEqual({ ok: true, value: null });
  for (const on of [true, false]) expect(readField(packing, writeField(packing, on))).toEqual({ ok: true, value: on });
  expect(readField(kind, writeField(kind, "cosine"))).toEqual({ ok: true, value: "cosine" });
});

test("both bounds are allowed, what lies beyond them is refused with the field's name and its bounds", () => {
  for (const text of ["1", " 256 "]) expect(readField(rows, text).ok, text).toBe(true);
  const why = { ok: false, message: "Size: a whole number between 1 and 256" };
  for (const text of ["0", "257", "-1", "2.5", "", "  ", "eight", "NaN", "Infinity", "1,5", "1e9"])
    expect(readField(rows, text), text).toEqual(why);
  expect(readField(share, "0.51")).toEqual({ ok: false, message: "Size: a number between 0 and 0.5" });
});

test("nothing typed is off only where a field can be off", () => {
  expect(readField(limit, "")).toEqual({ ok: true, value: null });
  expect(readField(share, "").ok).toBe(false);
  expect(readField(kind, "sawtooth").ok).toBe(false);
});

test("a page shows values in words", () => {
  expect([showField(limit, null), showField(limit, 5), showField(packing, true), showField(packing, false)]).toEqual([
    "set by epochs",
    "5",
    "yes",
    "no",
  ]);
  expect(showField(share, null)).toBe("none");
});

test("whatever the base and the data, what is suggested is what the form and the trainer take", () => {
  const schema = specSchema(sft);
  fc.assert(
    fc.property(known, (facts) => {
      const chosen = completeSettings(sft, facts, {});
      for (const [key, field] of Object.entries(sft.fields)) {
        const value = chosen[key] ?? null;
        expect(readField(field, writeField(field, value)), key).toEqual({ ok: true, value });
      }
      const where = { base: { path: "/b", sha256: "x" }, data: { train: "/t", validation: null, shape: "messages" } };
      const spec = { v: 1, runId: "run_1", method: "sft", ...where, ...settingsOf(sft, chosen) };
      expect(schema.safeParse(spec).error?.issues).toBeUndefined();
    }),
  );
});

test("the settings that a run froze give back what was chosen", () => {
  fc.assert(
    fc.property(known, fc.integer({ min: 1, max: 256 }), (facts, loraR) => {
      const chosen = completeSettings(sft, facts, { loraR });
      expect(chosenIn(sft, settingsOf(sft, chosen))).toEqual(chosen);
    }),
  );
  const settings = settingsOf(
    sft,
    completeSettings(sft, { parameters: 1, contextLength: 8, trainRows: 1, validationRows: 1 }, {}),
  );
  for (const section of Object.values(sft.fields).map(({ path }) => path.split(".")[0] ?? path)) {
    const { [section]: _, ...rest } = settings;
    expect(chosenIn(sft, rest), section).toBeNull();
  }
});

test("what was asked for wins over what is suggested, and nothing is validated where no rows are held out", () => {
  const facts = { parameters: 7e9, contextLength: 4_096, trainRows: 1_000, validationRows: 10 };
  expect(completeSettings(sft, facts, { epochs: 7 })).toEqual({ ...suggestFor(sft, facts), epochs: 7 });
  const blind = completeSettings(sft, { ...facts, validationRows: 0 }, { evalEverySteps: 5 });
  const needing = Object.entries(sft.fields).filter(([, field]) => "needsValidation" in field && field.needsValidation);
  expect(needing.length).toBeGreaterThan(0);
  for (const [key] of needing) expect(blind[key], key).toBeNull();
});

test("a label keeps its capitals inside a sentence only where they are its own", () => {
  expect(["Learning rate", "LoRA rank", "Max steps", "Epochs"].map(inSentence)).toEqual([
    "learning rate",
    "LoRA rank",
    "max steps",
    "epochs",
  ]);
  const line = summarize(sft, { epochs: 3, learningRate: 2e-4, batchSize: 8, loraR: 16 });
  expect(line).toMatch(/^epochs 3, learning rate 0.0002, batch size 8, LoRA rank 16/);
});
