import { expect, test } from "vitest";
import { z } from "zod";
import { DomainError, type ErrorCode, errorCodes } from "#server/errors.ts";
import { answerErrors } from "#server/in-project.ts";

const request = new Request("http://localhost/api/things?secret=1");

async function answerTo(thrown: unknown) {
  const response = await answerErrors(request, async () => {
    throw thrown;
  });
  const { error } = z.object({ error: z.record(z.string(), z.unknown()) }).parse(await response.json());
  return { response, error };
}

test("an answer goes out with a request id of its own and is kept by no cache", async () => {
  const answer = () => answerErrors(request, async () => Response.json({ a: 1 }, { status: 201 }));
  const [first, second] = [await answer(), await answer()];
  expect([first.status, await first.json()]).toEqual([201, { a: 1 }]);
  expect(first.headers.get("cache-control")).toBe("no-store");
  expect(first.headers.get("x-request-id")).toMatch(/^req_/);
  expect(second.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
});

const codes = Object.keys(errorCodes) as ErrorCode[]; // safe because the object is a literal of ours

test.each(codes)("%s is answered with its status, field and words", async (code) => {
  const { response, error } = await answerTo(new DomainError(code, "say why", { field: "name" }));
  expect(response.status).toBe(errorCodes[code].http);
  expect(error).toEqual({
    code,
    message: "say why",
    field: "name",
    requestId: response.headers.get("x-request-id"),
  });
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("of an input that does not fit its schema the first place is named", async () => {
  const parsed = z.object({ files: z.array(z.object({ path: z.string("name the file") })) }).safeParse({ files: [{}] });
  const { response, error } = await answerTo(parsed.error);
  expect(response.status).toBe(400);
  expect(error).toMatchObject({ code: "INVALID", message: "name the file", field: "files.0.path" });
});

test("a fault of ours is told with its request id and without its words, which may hold what people sent", async () => {
  const { response, error } = await answerTo(new Error("duplicate key: ada@example.test"));
  expect(response.status).toBe(500);
  expect(error).toMatchObject({ code: "INTERNAL", field: null });
  expect(error.message).toBe(`something broke here, not with you (request ${error.requestId})`);
  expect(JSON.stringify(error)).not.toContain("ada@");
});
