import { expect, test } from "vitest";
import { buildProject, groupByProject, type SnapshotRows, withProjects } from "#server/gateway/snapshot/build.ts";
import { resolveName } from "#server/routing/resolve.rule.ts";

const sha = (digit: string) => digit.repeat(64);
const at = new Date(0);
const version = { projectId: "p", modelId: "m_tuned", status: "ready" as const, createdAt: at, fineTunedName: null };
const base = `base:${sha("a")}`;

const rows: SnapshotRows = {
  keys: [{ id: "key_1", projectId: "p", hmac: "aa", scopes: ["inference"], expiresAt: new Date(5) }],
  members: [{ projectId: "p", userId: "user_1" }],
  models: [
    { id: "m_base", projectId: "p", name: "nano", createdAt: at },
    { id: "m_tuned", projectId: "p", name: "triage", createdAt: at },
  ],
  versions: [
    { ...version, id: "v_base", modelId: "m_base", number: 1, engineModel: base },
    {
      ...version,
      id: "v_1",
      number: 1,
      engineModel: `${base}+adapter:${sha("b")}`,
      fineTunedName: "ft:nano:acme:triage:1",
    },
    { ...version, id: "v_2", number: 2, engineModel: null },
    { ...version, id: "v_3", number: 3, engineModel: null, status: "importing" },
  ],
  aliases: [{ projectId: "p", modelId: "m_tuned", alias: "champion", modelVersionId: "v_1" }],
  deployments: [{ id: "d", projectId: "p", name: "support", createdAt: at }],
  revisions: [{ id: "r", projectId: "p", deploymentId: "d", number: 1, modelVersionId: "v_1", weightBps: 10_000 }],
  replicas: [{ projectId: "p", hostId: "h", modelVersionId: "v_1" }],
  prices: [],
};
const project = () => buildProject("acme", rows);

test("a version is served under its model's name and number, from the hosts that hold it", () => {
  const { versions } = project();
  expect(versions.get("v_base")).toMatchObject({ name: "nano/1", engineModel: base, hostIds: [] });
  expect(versions.get("v_1")).toMatchObject({ name: "triage/1", hostIds: ["h"] });
});

test("versions without a file to serve can be named but not called, and say why", () => {
  const { versions, book } = project();
  expect([versions.has("v_2"), versions.has("v_3")]).toEqual([false, false]);
  expect(resolveName(book, "triage/2")).toMatchObject({ why: "triage/2 has no GGUF file yet and cannot be served" });
  expect(resolveName(book, "triage/3")).toMatchObject({ why: "triage/3 is still being imported" });
  expect(resolveName(book, "triage")).toMatchObject({ versionId: "v_1" });
  expect(resolveName(book, "ft:nano:acme:triage:1")).toMatchObject({ versionId: "v_1" });
  expect(resolveName(book, "support")).toEqual({ to: "deployment", deploymentId: "d" });
});

test("a project's rows are its own, whichever stand beside them", () => {
  const foreign = { projectId: "q", id: "key_2", hmac: "bb", scopes: [], expiresAt: null };
  const rowsOf = groupByProject({ ...rows, keys: [...rows.keys, foreign] });
  expect(rowsOf("p")).toEqual(rows);
  expect([...buildProject("other", rowsOf("q")).keys.keys()]).toEqual(["bb"]);
  expect(project().keys.get("aa")).toMatchObject({ id: "key_1", expiresAtMs: 5 });
  expect(project().members).toEqual(new Set(["user:user_1"]));
});

test("a project that changed takes its old keys with it, and the others stay as they are", () => {
  const other = buildProject("other", groupByProject(rows)("nobody"));
  const before = withProjects(
    null,
    new Map([
      ["p", project()],
      ["q", other],
    ]),
  );
  const rotated = buildProject("acme", { ...rows, keys: rows.keys.map((key) => ({ ...key, hmac: "cc" })) });
  const after = withProjects(before, new Map([["p", rotated]]));
  expect([...after.keys.keys()]).toEqual(["cc"]);
  expect(after.projects.get("q")).toBe(other);
  expect(withProjects(after, new Map([["p", null]]))).toEqual({ keys: new Map(), projects: new Map([["q", other]]) });
  expect([...before.keys.keys()]).toEqual(["aa"]);
});
