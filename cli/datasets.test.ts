import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestConsole, type TestConsole } from "#cli/datasets/console.fixture.ts";
import { uploadFile } from "#cli/datasets/upload-file.ts";
import { waitForVersion } from "#cli/datasets/wait-for-version.ts";
import { parseMap } from "#cli/datasets.ts";
import { sendFile } from "#components/datasets/send-file.ts";
import { until } from "#server/process.fixture.ts";

const run = promisify(execFile);

/** `forge datasets check` as a process of its own: its exit code, stdout and stderr. */
async function check(...args: string[]) {
  return forge({}, "datasets", "check", ...args);
}

async function forge(env: Record<string, string>, ...args: string[]) {
  const main = ["--disable-warning=ExperimentalWarning", "cli/main.ts", ...args];
  return run(process.execPath, main, { env: { ...process.env, ...env } }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

async function folder() {
  return mkdtemp(join(tmpdir(), "largeforge-test-cli-"));
}

const chat = (n: number, answer = "yes") =>
  `${JSON.stringify({
    messages: [
      { role: "user", content: `${n}?` },
      { role: "assistant", content: answer },
    ],
  })}\n`;

test("check reads a file without a control plane and ends with 0, or with 1 and the problems' lines", async () => {
  const dir = await folder();
  const good = join(dir, "good file.jsonl");
  await writeFile(good, chat(1) + chat(2));
  const fine = await check(good);
  expect(fine.code).toBe(0);
  expect(fine.stdout).toContain("2 rows, messages → messages");
  const bad = join(dir, "bad.jsonl");
  await writeFile(bad, `${chat(1)}{"messages": []}\n${chat(3, " ")}`);
  const found = await check(bad);
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/Line 2 +messages +"messages" has no turns +Add a user turn/);
  expect(found.stdout).toMatch(/Line 3 +messages\[1\]\.content +the assistant turn is empty/);
  const asJson: { badRows: number; problems: unknown[] } = JSON.parse((await check(bad, "--json")).stdout);
  expect(asJson).toMatchObject({ badRows: 2, problems: [{ line: 2 }, { line: 3 }] });
  const missing = await check(join(dir, "nothing.jsonl"));
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no file") });
  expect((await check(dir)).stderr).toContain("is not a file");
});

test("check says how to map unknown columns, and takes the mapping", async () => {
  const file = join(await folder(), "sums.jsonl");
  await writeFile(file, '{"question": "1+1?", "answer": "2"}\n');
  const asked = await check(file);
  expect(asked.code).toBe(1);
  expect(asked.stdout).toContain("--map question=prompt,answer=completion");
  const mapped = ["--map", "question=prompt,answer=completion"];
  const held = await check(file, ...mapped);
  expect(held).toMatchObject({ code: 1, stdout: expect.stringContaining("no row is left to train on") });
  expect(held.stdout).toContain("--validation 0");
  expect(held.stdout).not.toContain("no problems");
  expect((await check(file, ...mapped, "--validation", "0")).code).toBe(0);
  expect((await check(file, "--map", "question=prmpt")).code).toBe(2);
  await writeFile(file, '{"no": 1, "title": "Sum", "body_text": "1+1", "mark": 2}\n');
  expect((await check(file)).stdout).toContain("--map title=prompt,body_text=completion");
});

test("a mapping is written column=target", () => {
  expect(parseMap("question=prompt,a=b=completion")).toEqual({ prompt: "question", completion: "a=b" });
  expect(() => parseMap("question")).toThrow("column=target");
});

let at: TestConsole;
beforeAll(async () => {
  at = await openTestConsole();
});
afterAll(() => at.close());

test("a file travels over HTTP in parts, through lost ones, becomes a version and can be downloaded", async () => {
  const { connection } = at;
  const file = join(await folder(), "chats.jsonl");
  const content = Array.from({ length: 12_000 }, (_, i) => chat(i, "y".repeat(900 + (i % 50)))).join("");
  await writeFile(file, content);
  at.lose(2);
  const seen: number[] = [];
  const created = await uploadFile(connection, file, { name: "chats" }, (sent) => seen.push(sent));
  expect(created).toMatchObject({ name: "chats", version: 1, status: "importing" });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.at(-1)).toBe(content.length);
  await at.runImport(created.versionId);
  const { version } = await waitForVersion(connection, created.versionId);
  expect(version).toMatchObject({ status: "ready", rowsRead: 12_000, sourceBytes: content.length });
  const parts = `${connection.url}/api/datasets/${created.versionId}`;
  const { headers } = connection;
  expect(await (await fetch(`${parts}/source`, { headers })).text()).toBe(content);
  expect((await fetch(`${parts}/source`)).status).toBe(401);
  const none = await fetch(`${parts}/set_aside`, { headers });
  expect([none.status, await none.json()]).toMatchObject([404, { error: { code: "NOT_FOUND" } }]);
});

test("a slow PATCH that goes on after the upload was finished changes nothing that anybody reads", async () => {
  const { connection, storage } = at;
  const { url, headers } = connection;
  const honest = chat(1, "honest") + chat(2, "answers");
  const begin = { method: "POST", headers, body: JSON.stringify({ filename: "raced.jsonl", bytes: honest.length }) };
  const { id }: { id: string } = await (await fetch(`${url}/api/uploads`, begin)).json();
  const open = Promise.withResolvers<void>();
  async function* poison() {
    yield Buffer.from(honest.slice(0, 10));
    await open.promise;
    yield Buffer.from("x".repeat(honest.length - 10));
  }
  const patch = (body: BodyInit) =>
    fetch(`${url}/api/uploads/${id}`, {
      method: "PATCH",
      headers: { ...headers, "upload-offset": "0" },
      body,
      duplex: "half",
    } as RequestInit); // safe because undici takes `duplex`, which the DOM's type does not know
  const slow = patch(Readable.toWeb(Readable.from(poison())) as ReadableStream); // safe because both are web streams
  const parts = join(await storage.tmp(), `${id}.upload`);
  await until(
    async () =>
      (await readdir(parts)).length > 0 && (await stat(join(parts, (await readdir(parts))[0] ?? ""))).size > 0,
  );
  for (const offset of ["", "-1", "0x0", "1e0"]) {
    const part = { method: "PATCH", headers: { ...headers, "upload-offset": offset }, body: honest };
    const refused = await fetch(`${url}/api/uploads/${id}`, part);
    expect(refused.status).toBe(400);
    expect((await refused.json()).error.message).toMatch(/^the header upload-offset says/);
  }
  expect((await patch(honest)).status).toBe(204);
  const end = { method: "POST", headers, body: JSON.stringify({ bytes: honest.length }) };
  const finished: { sha256: string } = await (await fetch(`${url}/api/uploads/${id}`, end)).json();
  open.resolve();
  expect((await slow).status).toBe(409);
  expect(finished.sha256).toBe(createHash("sha256").update(honest).digest("hex"));
  expect(await readFile(storage.pathOf(finished.sha256), "utf8")).toBe(honest);
  const file = join(await folder(), "same.jsonl");
  await writeFile(file, honest);
  const created = await uploadFile(connection, file, {});
  const source = await fetch(`${url}/api/datasets/${created.versionId}/source`, { headers });
  expect(await source.text()).toBe(honest);
});

test("a blob that was damaged on the disk is not handed to the next one who uploads the same file", async () => {
  const { connection, storage } = at;
  const file = join(await folder(), "honest.jsonl");
  const honest = chat(1, "right") + chat(2, "as well");
  await writeFile(file, honest);
  await uploadFile(connection, file, {});
  const blob = storage.pathOf(createHash("sha256").update(honest).digest("hex"));
  await rm(blob);
  await writeFile(blob, honest.replace("right", "wrong"));
  const created = await uploadFile(connection, file, {});
  expect(await readFile(blob, "utf8")).toBe(honest);
  await at.runImport(created.versionId);
  expect((await waitForVersion(connection, created.versionId)).version).toMatchObject({ status: "ready", rowsRead: 2 });
});

test("an upload that broke off is gone on with by the same command; a file that changed since is refused", async () => {
  const { connection } = at;
  const file = join(await folder(), "resumed.jsonl");
  const content = Array.from({ length: 12_000 }, (_, i) => chat(i, "y".repeat(900))).join("");
  /** Begin the upload and break it off after the first part; where it stands then. */
  async function breakOff() {
    const bytes = Buffer.from(content);
    const stop = new AbortController();
    const read = async (offset: number, length: number) => new Uint8Array(bytes.subarray(offset, offset + length));
    const onProgress = (sent: number) => {
      if (sent > 0) stop.abort();
    };
    const options = { baseUrl: connection.url, headers: connection.headers, signal: stop.signal, onProgress };
    await expect(sendFile({ name: "resumed.jsonl", size: bytes.length, read }, options)).rejects.toThrow();
    const [open] = await connection.trpc.datasets.uploads.query();
    expect(open?.offset).toBeGreaterThan(0);
    return open?.offset ?? 0;
  }
  const offset = await breakOff();
  await writeFile(file, content);
  const seen: number[] = [];
  const created = await uploadFile(connection, file, {}, (sent) => seen.push(sent));
  expect(seen[0]).toBe(offset);
  expect(await at.runImport(created.versionId)).toEqual({ outcome: "ready" });
  await breakOff();
  await writeFile(file, content.replace("0?", "1?"));
  await expect(uploadFile(connection, file)).rejects.toThrow("its sha256 differs");
  expect(await uploadFile(connection, file)).toMatchObject({ version: 2 });
});

test("what the console refuses comes with its sentence", async () => {
  const { connection } = at;
  const file = join(await folder(), "one.jsonl");
  await writeFile(file, chat(1));
  const headers = { ...connection.headers, authorization: "Bearer lf_wrong" };
  const options = { baseUrl: connection.url, headers };
  const sent = sendFile({ name: "one.jsonl", size: 3, read: async () => new Uint8Array(3) }, options);
  await expect(sent).rejects.toMatchObject({ code: "UNAUTHENTICATED", message: expect.stringContaining("sign in") });
  await expect(uploadFile(connection, join(file, "missing"))).rejects.toThrow("cannot be read");
  await truncate(file, 0);
  const { versionId } = await uploadFile(connection, file);
  await at.runImport(versionId);
  const shown = await waitForVersion(connection, versionId);
  expect(shown.version.refusal?.message).toBe("the file is empty (0 bytes)");
});

test("a version whose columns wait for a mapping names a command that can be run, and no row as read", async () => {
  const { connection } = at;
  const env = { FORGE_URL: connection.url, FORGE_API_KEY: connection.key, FORGE_PROJECT: "default" };
  const file = join(await folder(), "sums.jsonl");
  await writeFile(file, '{"question": "1+1?", "answer": "2"}\n'.repeat(40));
  const { versionId } = await uploadFile(connection, file);
  await at.runImport(versionId);
  const { stdout } = await forge(env, "datasets", "show", "sums");
  expect(stdout).toContain("./forge datasets decide sums/1 --map question=prompt,answer=completion\n");
  expect((await forge(env, "datasets", "list")).stdout).toMatch(/sums\/1 +needs_review +– +– +1\.4.kB +– /);
});

test("a version that needs review says what can be decided and where, and is decided in the shell", async () => {
  const { connection } = at;
  const env = { FORGE_URL: connection.url, FORGE_API_KEY: connection.key, FORGE_PROJECT: "default" };
  const file = join(await folder(), "mixed.jsonl");
  await writeFile(file, `${chat(1)}{"messages": []}\n`);
  const { datasetId, versionId } = await uploadFile(connection, file);
  await at.runImport(versionId);
  const { stdout } = await forge(env, "datasets", "show", "mixed");
  expect(stdout).toContain("./forge datasets decide mixed/1 --set-aside");
  expect(stdout).toContain(`${connection.url}/default/datasets/${datasetId}?version=1`);
  const twice = await forge(env, "datasets", "decide", "mixed", "--set-aside", "--refuse");
  expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining("say one of --set-aside") });
  expect(await forge(env, "datasets", "decide", "mixed/1", "--refuse")).toMatchObject({
    stdout: "mixed/1 is refused\n",
  });
  expect((await forge(env, "datasets", "list")).stdout).toMatch(
    /mixed\/1 +refused +messages +2 +\d+.B +\d+ +0 runs, 0 suites +1 of 2 rows have problems/,
  );
});

test("a version whose rows all fell into validation is not called ready, and is split anew in the shell", async () => {
  const { connection } = at;
  const env = { FORGE_URL: connection.url, FORGE_API_KEY: connection.key, FORGE_PROJECT: "default" };
  const file = join(await folder(), "held.jsonl");
  await writeFile(file, `${chat(1)}${chat(2)}`);
  const { versionId } = await uploadFile(connection, file, { validationShareBp: 9_999 });
  await at.runImport(versionId);
  const { stdout } = await forge(env, "datasets", "show", "held");
  expect(stdout).toContain("held/1: validation only");
  expect(stdout).toContain("no row is left to train on: all 2 rows fall into validation");
  expect(stdout).toContain("./forge datasets resplit held/1 --validation 0");
  expect((await forge(env, "datasets", "list")).stdout).toMatch(/held\/1 +validation_only/);
  const made = await forge(env, "datasets", "resplit", "held/1", "--validation", "0", "--json");
  const { versionId: second, version, isNew } = JSON.parse(made.stdout);
  expect([version, isNew]).toEqual([2, true]);
  await at.runImport(second);
  expect((await forge(env, "datasets", "show", "held")).stdout).toMatch(
    /^held\/2: ready\n +2 training and 0 validation/,
  );
  const again = await forge(env, "datasets", "resplit", "held/1", "--validation", "0");
  expect(again).toMatchObject({ code: 0, stdout: "held/2 has this split\n" });
});

test("a dataset, a version and a project are deleted in the shell once what goes with them was said", async () => {
  const { connection } = at;
  const env = { FORGE_URL: connection.url, FORGE_API_KEY: connection.key, FORGE_PROJECT: "default" };
  const file = join(await folder(), "gone.jsonl");
  for (const turn of [1, 2]) {
    await writeFile(file, chat(turn));
    await at.runImport((await uploadFile(connection, file)).versionId);
  }
  const unasked = await forge(env, "datasets", "delete", "gone");
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining("say --yes") });
  const version = await forge(env, "datasets", "delete", "gone/1", "--yes");
  expect(version).toMatchObject({ code: 0, stdout: "gone/1 is deleted\n" });
  const whole = await forge(env, "datasets", "delete", "gone", "--yes", "--json");
  expect(JSON.parse(whole.stdout)).toMatchObject({ name: "gone" });
  const again = await forge(env, "datasets", "delete", "gone", "--yes");
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("gone") });

  expect(JSON.parse((await forge(env, "projects", "create", "Second team", "--json")).stdout)).toMatchObject({
    slug: "second-team",
  });
  const slugs = async () => (await forge(env, "projects", "list")).stdout;
  expect(await slugs()).toContain("second-team");
  expect(await forge(env, "projects", "delete", "second-team", "--yes")).toMatchObject({
    code: 0,
    stdout: "Second team is deleted\n",
  });
  expect(await slugs()).not.toContain("second-team");
});
