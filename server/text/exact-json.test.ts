import { expect, test } from "vitest";
import { exactJson, isExactNumber, numberKey, parseExactJson } from "#server/text/exact-json.rule.ts";

const parsedValue = (text: string) => {
  const parsed = parseExactJson(text);
  return parsed.fault === null ? parsed.value : parsed.fault;
};

test.each(["12345678901234567890", "1.0", "1.10", "1e400", "-0", "1E5", "0.1000", "9007199254740993"])(
  "the number %s is kept as it is written",
  (written) => {
    const value = parsedValue(`{"a":[${written}]}`);
    expect(exactJson(value)).toBe(`{"a":[${written}]}`);
    const [number] = Object.values(Object(value)).flat();
    expect(isExactNumber(number)).toBe(true);
    expect(String(number)).toBe(written);
  },
);

test.each(["0", "7", "-3", "2.5", "123456789012345", "1e+21", "0.001"])(
  "the number %s is a plain number, because JavaScript writes the same",
  (written) => {
    expect(parsedValue(written)).toBe(Number(written));
    expect(String(Number(written))).toBe(written);
  },
);

test("numbers inside strings are text", () => {
  expect(parsedValue('{"a":"1.10 \\" 1e400","b\\\\":"2.0"}')).toEqual({ a: '1.10 " 1e400', "b\\": "2.0" });
});

test.each([
  ['{"a":1,"a":2}', "a"],
  ['{"a":1,"a":1}', "a"],
  ['{"x":{"b":1,"c":[{"d":1,"\\u0064":2}]}}', "d"],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"a":{"a":1},"b":[{"a":1},{"a":2}],"b":0}', "b"],
])("a key that stands twice is a fault: %s", (text, key) => {
  expect(parseExactJson(text)).toEqual({ fault: "repeated_key", key });
});

test("the same key in different objects is no fault", () => {
  expect(parseExactJson('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":":{}"}],"":{}}').fault).toBeNull();
});

test("more than 64 levels are a fault and never end the process", () => {
  expect(parseExactJson(`${"[".repeat(64)}${"]".repeat(64)}`).fault).toBeNull();
  expect(parseExactJson(`${"[".repeat(65)}${"]".repeat(65)}`).fault).toBe("too_deep");
  expect(parseExactJson("[".repeat(1_000_000)).fault).toBe("too_deep");
  expect(parseExactJson('{"a":').fault).toBe("syntax");
});

test("numbers of one value have one key", () => {
  const key = (text: string) => {
    const value = parsedValue(text);
    return typeof value === "number" || isExactNumber(value) ? numberKey(value) : null;
  };
  for (const same of [
    ["1", "1.0", "10e-1", "1E0"],
    ["0", "-0", "0.000", "0e7"],
    ["1500", "1.5e3", "1500.00"],
    ["1e400", "10e399"],
  ])
    expect(new Set(same.map(key)).size).toBe(1);
  expect(key("12345678901234567890")).not.toBe(key("12345678901234567000"));
  expect(key("1e400")).not.toBe(key("1e401"));
  expect(key("-1")).not.toBe(key("1"));
  expect(key("0.1")).not.toBe(key("0.10000000000000001"));
});
