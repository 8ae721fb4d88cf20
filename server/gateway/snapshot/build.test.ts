import { expect, test } from "vitest";
import { buildSnapshot, type SnapshotRows } from "#server/gateway/snapshot/build.ts";
import { resolveName } from "#server/routing/resolve.rule.ts";

const sha = (digit: string) => digit.repeat(64);
const at = new Date(0);
const version = { projectId: "p", modelId: "m_tuned", status: "ready" as const, createdAt: at, fineTunedName: null };
const base = `base:${sha("a")}`;

const rows: SnapshotRows = {
  version: 7,
  projects: [{ id: "p", slug: "acme" }],
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
  aliases: [{ modelId: "m_tuned", alias: "champion", modelVersionId: "v_1" }],
  deployments: [{ id: "d", projectId: "p", name: "support", createdAt: at }],
  revisions: [{ id: "r", deploymentId: "d", number: 1, modelVersionId: "v_1", weightBps: 10_000 }],
  replicas: [{ hostId: "h", modelVersionId: "v_1" }],
  hosts: [{ id: "h", url: "http://127.0.0.1:4100/" }],
  prices: [],
};

test("a version is served under its model's name and number, from the hosts that hold it", () => {
  const { versions } = buildSnapshot(rows);
  expect(versions.get("v_base")).toMatchObject({ name: "nano/1", engineModel: base, hostIds: [] });
  expect(versions.get("v_1")).toMatchObject({ name: "triage/1", hostIds: ["h"] });
});

test("versions without a file to serve can be named but not called, and say why", () => {
  const { versions, projects } = buildSnapshot(rows);
  expect([versions.has("v_2"), versions.has("v_3")]).toEqual([false, false]);
  const book = projects.get("p")?.book;
  if (!book) throw new Error("no project");
  expect(resolveName(book, "triage/2")).toMatchObject({ why: "triage/2 has no GGUF file yet and cannot be served" });
  expect(resolveName(book, "triage/3")).toMatchObject({ why: "triage/3 is still being imported" });
  expect(resolveName(book, "triage")).toMatchObject({ versionId: "v_1" });
  expect(resolveName(book, "ft:nano:acme:triage:1")).toMatchObject({ versionId: "v_1" });
  expect(resolveName(book, "support")).toEqual({ to: "deployment", deploymentId: "d" });
});

test("keys are found by their HMAC, hosts by id with their origin", () => {
  const snapshot = buildSnapshot(rows);
  expect(snapshot.keys.get("aa")).toMatchObject({ id: "key_1", expiresAtMs: 5 });
  expect(snapshot.hosts.get("h")).toEqual({ id: "h", origin: "http://127.0.0.1:4100" });
  expect(snapshot.version).toBe(7);
});
