import { z } from "zod";
import { type HyperValue, isHyperValue } from "#server/runs/methods/field.ts";
import type { FixedPart, Method } from "#server/runs/methods/method.ts";

const count = z.int().min(1);
const absolutePath = z.string().startsWith("/").meta({ format: "absolute-path" });

const Message = z.strictObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.string(),
});

/** What every run's spec says beside its method's own parts. */
const runParts: Readonly<Record<string, FixedPart>> = {
  logEverySteps: { schema: count, value: 1 },
  device: {
    schema: z.strictObject({ kind: z.enum(["auto", "cpu", "cuda"]), threads: count.max(256) }),
    value: { kind: "auto", threads: 1 },
  },
  probe: {
    schema: z.strictObject({ prompts: z.array(z.array(Message).min(1)).max(64), maxTokens: count.max(1024) }),
    value: { prompts: [], maxTokens: 32 },
  },
};

/** What the trainer takes for a run of this method; the bounds are those of its fields. */
export function specSchema(method: Pick<Method, "name" | "shapes" | "fields" | "fixed">) {
  const parts = Object.values(method.fields).map(({ path, schema }): [string, z.ZodType] => [path, schema]);
  const fixed = Object.entries({ ...method.fixed, ...runParts }).map(([path, { schema }]): [string, z.ZodType] => [
    path,
    schema,
  ]);
  return z.strictObject({
    v: z.literal(1),
    runId: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
    method: z.literal(method.name),
    base: z.strictObject({ path: absolutePath, sha256: z.string().min(1) }),
    data: z.strictObject({
      train: absolutePath,
      validation: absolutePath.nullable(),
      shape: z.enum(method.shapes),
    }),
    ...sectionsOf([...parts, ...fixed]),
  });
}

/** Schemas by dotted path → one schema for each section, with its fields. */
function sectionsOf(parts: readonly [string, z.ZodType][]): z.ZodRawShape {
  const sections: Record<string, z.ZodType | Record<string, z.ZodType>> = {};
  for (const [path, schema] of parts) {
    const [name = path, key] = path.split(".");
    const section = sections[name];
    if (key === undefined) sections[name] = schema;
    else sections[name] = { ...(section instanceof z.ZodType ? {} : section), [key]: schema };
  }
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => [
      name,
      section instanceof z.ZodType ? section : z.strictObject(section),
    ]),
  );
}

/** The parts of a spec that a run freezes: no path, no id. */
export type Settings = Readonly<Record<string, unknown>>;

/** The trainer's sections for chosen hyper-parameters, complete. */
export function settingsOf(method: Pick<Method, "fields" | "fixed">, chosen: Readonly<Record<string, HyperValue>>) {
  const settings: Record<string, unknown> = {};
  const put = (path: string, value: unknown) => {
    const [name = path, key] = path.split(".");
    if (key === undefined) settings[name] = value;
    else settings[name] = { ...sectionIn(settings, name), [key]: value };
  };
  for (const [key, { path }] of Object.entries(method.fields)) put(path, chosen[key]);
  for (const [path, { value }] of Object.entries({ ...method.fixed, ...runParts })) put(path, value);
  return settings;
}

/** What a run chose, out of what it froze; null when a part is missing there, as in no run that was started here. */
export function chosenIn(
  method: Pick<Method, "fields">,
  settings: Settings,
): Readonly<Record<string, HyperValue>> | null {
  const chosen: Record<string, HyperValue> = {};
  for (const [key, { path }] of Object.entries(method.fields)) {
    const [name = path, inner] = path.split(".");
    const value = inner === undefined ? settings[name] : sectionIn(settings, name)[inner];
    if (!isHyperValue(value)) return null;
    chosen[key] = value;
  }
  return chosen;
}

function sectionIn(settings: Settings, name: string): Record<string, unknown> {
  const section = settings[name];
  return typeof section === "object" && section !== null ? { ...section } : {};
}
