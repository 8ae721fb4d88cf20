import fc from "fast-check";
import { z } from "zod";

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

/** Inputs that a schema takes for the most part, each place of them now and then anything else. */
export function inputFor(schema: z.ZodType, known: readonly string[]): fc.Arbitrary<unknown> {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return fromSchema(described as Schema, known); // safe because only names of JSON Schema that it may lack are read
}

function fromSchema(schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 14, arbitrary: asMeant(schema, known) }, { weight: 1, arbitrary: anyJson(known) });
}

function asMeant(schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum && schema.enum.length > 0) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && choices.length > 0) return fc.oneof(...choices.map((choice) => fromSchema(choice, known)));
  const [first] = schema.allOf ?? [];
  if (first) return fromSchema(first, known);
  if (schema.type === "object") return objectOf(schema, known);
  if (schema.type === "array") return fc.array(fromSchema(schema.items ?? {}, known), { maxLength: 4 });
  if (schema.type === "string") return textOf(schema, known);
  if (schema.type === "integer" || schema.type === "number") return numberOf(schema);
  if (schema.type === "boolean") return fc.boolean();
  return schema.type === "null" ? fc.constant(null) : anyJson(known);
}

function objectOf(schema: Schema, known: readonly string[]) {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return fc.dictionary(anyText(known), anyJson(known), { maxKeys: 3, noNullPrototype: true });
  const model = Object.fromEntries(fields.map(([name, field]) => [name, fromSchema(field, known)]));
  const required = (schema.required ?? []).filter((name) => name in model);
  return fc.oneof(
    { weight: 9, arbitrary: fc.record(model, { requiredKeys: required, noNullPrototype: true }) },
    { weight: 1, arbitrary: fc.record(model, { requiredKeys: [], noNullPrototype: true }) },
  );
}

function textOf(schema: Schema, known: readonly string[]): fc.Arbitrary<string> {
  if (schema.format === "email") return fc.constantFrom("ada@example.test", "x@y", "@", "a\u0000@example.test");
  if (!schema.pattern) return anyText(known);
  const fitting = known.filter((text) => new RegExp(schema.pattern ?? "", "u").test(text));
  return fitting.length > 0
    ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...fitting) }, anyText(known))
    : fc.oneof(fc.constantFrom("a", "abc", "a1", "req_00000000000000000000000000"), anyText(known));
}

function numberOf({ type, minimum = -1e6, maximum = 1e6 }: Schema): fc.Arbitrary<number> {
  const [from, to] = [Math.max(minimum, -1e9), Math.min(maximum, 1e9)];
  const between =
    type === "integer"
      ? fc.integer({ min: Math.ceil(from), max: Math.floor(to) })
      : fc.double({ min: from, max: to, noNaN: true });
  return fc.oneof({ weight: 6, arbitrary: between }, fc.constantFrom(from, to), fc.constantFrom(...oddNumbers));
}
