import { expect, test } from "vitest";
import { attachmentOf } from "#server/http/attachment.rule.ts";

const vectors: [string, string][] = [
  ["faq.jsonl", "faq.jsonl"],
  ["\u00a3 and \u20ac rates", "%C2%A3%20and%20%E2%82%AC%20rates"], // RFC 8187, 3.2.3
  ["it's (2) *new*.jsonl", "it%27s%20%282%29%20%2Anew%2A.jsonl"],
  ["!#$&+-.^_`|~", "!%23%24%26%2B-.%5E_%60%7C~"],
  ['a"b%22;=\\.jsonl', "a%22b%2522%3B%3D%5C.jsonl"],
  ["\u{1f600}.jsonl", "%F0%9F%98%80.jsonl"],
];

test.each(vectors)("%j is saved under its own name", (filename, encoded) => {
  expect(attachmentOf(filename)).toBe(`attachment; filename*=UTF-8''${encoded}`);
  expect(encoded).toMatch(/^[A-Za-z0-9!#$&+\-.^_`|~%]+$/); // attr-char and pct-encoded, nothing else
  expect(decodeURIComponent(encoded)).toBe(filename);
});
