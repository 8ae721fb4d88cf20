import fc from "fast-check";
import { z } from "zod";
import { idPrefixes } from "#db/ids.ts";

/** Texts that break edges: what databases, addresses, paths, schemas and templates trip over. */
const oddTexts = [
  ...["", " ", "\u0000", "a\u0000b", "\ud800", "x\udc00", "😀", "e\u0301", "\u202e", "\r\n", "\ufeff", "\uE0F0"],
  ...[
    "%00",
    "%ff",
    "%",
    "_",
    "'",
    '"',
    "\\",
    "`",
    "$1",
    "*",
    "(",
    "[",
    "a|b",
    ".",
    "..",
    "../../etc/passwd",
    "//",
    "?#",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "null",
    "undefined",
    "true",
    "NaN",
    "1e400",
    "-1",
    "0",
    "9007199254740993",
  ],
  ...[
    "a/0",
    "a/1",
    "a/99999999999999",
    "a@b",
    "@",
    "ft:",
    "ft:x",
    "<|im_end|>",
    "{{ 7 * 7 }}",
    "<script>",
    "x".repeat(300),
  ],
];
const oddNumbers = [0, -0, -1, 1, 0.1, 1e-320, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 1e308, -1e308];

const halves = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units));

/** A text that exists in the database, an odd one, or any. */
export function anyText(known: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 3, arbitrary: fc.constantFrom(...oddTexts) },
    { weight: 1, arbitrary: halves },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  );
}

const deep = fc
  .tuple(fc.constantFrom(60, 70, 500), fc.boolean())
  .map(([levels, list]) => nest(levels, list ? (inner) => [inner] : (inner) => ({ a: inner })));

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

/** Anything at all that JSON can say. */
export function anyJson(known: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    anyText(known),
    fc.constantFrom(...oddNumbers, null, true, false, [], {}),
    fc.array(anyText(known), { maxLength: 5 }),
    fc.dictionary(anyText(known), anyText(known), { maxKeys: 4, noNullPrototype: true }),
    fc.jsonValue({ maxDepth: 3 }),
    deep,
  );
}

type Schema = {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
  maxLength?: number;
  $ref?: string;
};

type Draw = {
  known: readonly string[] /** what the text is for, as a field or a path names it */;
  about: string;
  odd: boolean;
};

/** Half the time what a schema takes, with what exists; else each place of it now and then anything at all. */
export function inputFor(schema: z.ZodType, known: readonly string[], about: string): fc.Arbitrary<unknown> {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema; // safe because only names of JSON Schema that it may lack are read
  return fc.oneof(
    fromSchema(described, { known, about, odd: false }),
    fromSchema(described, { known, about, odd: true }),
  );
}

/** Ids of the kinds that are spoken of, else everything that exists. */
export function likely(about: string, known: readonly string[]): readonly string[] {
  const said = about.toLowerCase();
  const kinds = Object.entries(idPrefixes).filter(([kind]) =>
    said.includes(kind.toLowerCase().replace(/version$/, "")),
  );
  const fitting = known.filter((text) => kinds.some(([, prefix]) => text.startsWith(prefix)));
  return fitting.length > 0 ? fitting : known;
}

function fromSchema(schema: Schema, draw: Draw): fc.Arbitrary<unknown> {
  const meant = asMeant(schema, draw);
  return draw.odd ? fc.oneof({ weight: 14, arbitrary: meant }, { weight: 1, arbitrary: anyJson(draw.known) }) : meant;
}

function asMeant(schema: Schema, draw: Draw): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum && schema.enum.length > 0) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && choices.length > 0) return fc.oneof(...choices.map((choice) => fromSchema(choice, draw)));
  const [first] = schema.allOf ?? [];
  if (first) return fromSchema(first, draw);
  if (schema.type === "object") return objectOf(schema, draw);
  if (schema.type === "array") return fc.array(fromSchema(schema.items ?? {}, draw), { minLength: 1, maxLength: 4 });
  if (schema.type === "string") return textOf(schema, draw);
  if (schema.type === "integer" || schema.type === "number") return numberOf(schema, draw);
  if (schema.type === "boolean") return fc.boolean();
  return schema.type === "null" ? fc.constant(null) : anyJson(draw.known);
}

function objectOf(schema: Schema, draw: Draw) {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0)
    return fc.dictionary(anyText(draw.known), anyJson(draw.known), {
      maxKeys: draw.odd ? 3 : 0,
      noNullPrototype: true,
    });
  const model = Object.fromEntries(
    fields.map(([name, field]) => [name, fromSchema(field, { ...draw, about: `${draw.about} ${name}` })]),
  );
  const requiredKeys = (schema.required ?? []).filter((name) => name in model);
  const meant = fc.record(model, { requiredKeys, noNullPrototype: true });
  if (!draw.odd) return meant;
  return fc.oneof({ weight: 9, arbitrary: meant }, fc.record(model, { requiredKeys: [], noNullPrototype: true }));
}

function textOf({ format, pattern, maxLength = 80 }: Schema, { known, about, odd }: Draw): fc.Arbitrary<string> {
  if (format === "email")
    return fc.constantFrom("ada@example.test", "grace@example.test", "x@y", "a\u0000@example.test");
  const fits = (text: string) => text.length <= maxLength && (!pattern || new RegExp(pattern, "u").test(text));
  const good = [...likely(about, known), "abc", "a1", "2", "req_00000000000000000000000000"].filter(fits);
  const meant = good.length > 0 ? fc.constantFrom(...good) : anyText(known);
  return odd ? fc.oneof(meant, anyText(known)) : meant;
}

function numberOf({ type, minimum = -1e6, maximum = 1e6 }: Schema, { odd }: Draw): fc.Arbitrary<number> {
  const [from, to] = [Math.max(minimum, -1e9), Math.min(maximum, 1e9)];
  const between =
    type === "integer"
      ? fc.integer({ min: Math.ceil(from), max: Math.floor(to) })
      : fc.double({ min: from, max: to, noNaN: true });
  if (!odd) return fc.oneof(between, fc.constantFrom(from, to));
  return fc.oneof({ weight: 6, arbitrary: between }, fc.constantFrom(from, to), fc.constantFrom(...oddNumbers));
}
