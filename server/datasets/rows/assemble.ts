import Assembler from "stream-json/assembler.js";
import { repeatedKey, tooDeep } from "#server/datasets/rows/row.rule.ts";
import type { RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { exactNumber } from "#server/text/exact-json.rule.ts";
import { deepestJson } from "#server/text/json-depth.rule.ts";

type Token = Parameters<Assembler["consume"]>[0];

/**
 * Put one element of a JSON array together from its tokens, exactly: numbers that JavaScript would change keep their
 * text, a key that stands twice and more than 64 levels are the element's problem.
 */
export function createElementAssembler() {
  const assembler = new Assembler();
  let depth = 0;
  let found: RowProblem | null = null;

  function consume(token: Token) {
    const key = token.name === "keyValue" ? token.value : null;
    if (key !== null && isOwn(assembler.current, key)) found ??= repeatedKey(key);
    // the assembler itself would make a number of it
    const isNumber = token.name === "numberValue";
    const exact = { name: "stringValue", value: isNumber ? exactNumber(token.value) : null };
    assembler.consume(isNumber ? (exact as Token) : token); // safe because it keeps whatever value a token brings
  }

  return {
    /** Take a token; true when it ends the element. */
    take(token: Token): boolean {
      const opens = token.name === "startObject" || token.name === "startArray";
      const closes = token.name === "endObject" || token.name === "endArray";
      if (closes) depth--;
      if (opens && depth === deepestJson) found ??= tooDeep();
      const isKept = opens || closes ? depth < deepestJson : depth <= deepestJson;
      if (isKept) consume(token);
      if (opens) depth++;
      return depth === 0;
    },
    /** The element and what is wrong with it; of a nested too deep one what lies above. Ready for the next one. */
    finish(): { value: unknown; problem: RowProblem | null } {
      const problem = found;
      found = null;
      return { value: assembler.current, problem };
    },
  };
}

function isOwn(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
