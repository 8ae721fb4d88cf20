import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { ConvertResult } from "#server/models/python/convert.ts";
import { Manifest, PidFile, Spec, TrainerEvent } from "#server/runs/contract.ts";
import { hyperParametersSchema, suggestFor } from "#server/runs/methods/method.ts";
import { chosenIn, settingsOf } from "#server/runs/methods/spec.ts";
import { methods } from "#server/runs/methods/table.ts";

const fixtures = fileURLToPath(new URL("../../trainer/tests/fixtures/contract", import.meta.url));
const read = (name: string) => readFile(join(fixtures, name), "utf8");
const readJson = async (name: string) => JSON.parse(await read(name));

test("every spec that the trainer takes is one we can write, unchanged", async () => {
  const cases: { name: string; spec: unknown }[] = await readJson("spec-valid.json");
  expect(cases.length).toBeGreaterThan(0);
  for (const { name, spec } of cases) expect(Spec.parse(spec), name).toEqual(spec);
});

test("every spec that the trainer refuses is refused here too, by the same field", async () => {
  const cases: { name: string; field: string; spec: unknown }[] = await readJson("spec-invalid.json");
  expect(cases.length).toBeGreaterThan(0);
  for (const { name, field, spec } of cases) {
    const refused = Spec.safeParse(spec);
    expect(refused.success, name).toBe(false);
    const paths = refused.error?.issues.flatMap((issue) => {
      const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
      return [issue.path.join("."), ...keys.map((key) => [...issue.path, key].join("."))];
    });
    expect(paths, name).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${field.split(".")[0]}`))]));
  }
});

test("every event of the trainer is understood, and every kind that we know is in the fixtures", async () => {
  const lines = (await read("events.jsonl")).trim().split("\n");
  const events = lines.map((line) => TrainerEvent.parse(JSON.parse(line)));
  expect(events).toEqual(lines.map((line) => JSON.parse(line)));
  const known = TrainerEvent.options.map((option) => option.shape.type.value);
  expect(new Set(events.map((event) => event.type))).toEqual(new Set(known));
});

test("the files beside the events are understood", async () => {
  PidFile.parse(await readJson("pid.json"));
  Manifest.parse(await readJson("manifest.json"));
  for (const line of await readJson("convert.json")) ConvertResult.parse(line);
});

test("the JSON Schema that the trainer checks a spec against is made from the contract", async () => {
  const file = fileURLToPath(new URL("../../trainer/src/largeforge_trainer/spec.schema.json", import.meta.url));
  const made = `${JSON.stringify(z.toJSONSchema(Spec), null, 2)}\n`;
  await expect(made).toMatchFileSnapshot(file);
});

test.each(methods)("what is suggested for $label is in range, and its settings give the same form back", (method) => {
  const bases = [
    { parameters: 2_000_000, contextLength: 512, trainRows: 1_000, validationRows: 100 },
    { parameters: 8_000_000_000, contextLength: 131_072, trainRows: 3, validationRows: 0 },
    { parameters: null, contextLength: null, trainRows: 1, validationRows: 1 },
  ];
  for (const base of bases) {
    const suggested = suggestFor(method, base);
    expect(hyperParametersSchema(method).parse(suggested)).toEqual(suggested);
    expect(chosenIn(method, settingsOf(method, suggested))).toEqual(suggested);
  }
});
