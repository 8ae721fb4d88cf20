import { expect, test } from "vitest";
import { type NameBook, type NamedVersion, resolveName } from "#server/routing/resolve.rule.ts";

const version = (id: string, number: number, notReady: string | null = null): NamedVersion => ({
  id,
  number,
  notReady,
});
const model = (name: string, versions: NamedVersion[], aliases: Record<string, number> = {}) =>
  [
    name,
    { name, versions: new Map(versions.map((v) => [v.number, v])), aliases: new Map(Object.entries(aliases)) },
  ] as const;

const book: NameBook = {
  deployments: new Map([
    ["support", "dep_support"],
    ["tier/2", "dep_never_by_number"],
  ]),
  models: new Map([
    model("nano", [version("mv_nano1", 1)]),
    model("support", [version("mv_s1", 1), version("mv_s2", 2), version("mv_s3", 3)], { champion: 2, challenger: 3 }),
    model("triage", [version("mv_t1", 1), version("mv_t2", 2)]),
    model("fresh", [version("mv_f1", 1), version("mv_f2", 2, "is still being imported")]),
    model("half", [version("mv_h1", 1, "is still being imported")]),
    model("empty", []),
    model("org/llama-3", [version("mv_l1", 1)]),
  ]),
  fineTuned: new Map([["ft:nano:acme:triage:7f3c9a", { model: "triage", number: 2 }]]),
};

const whyOf = (name: string) => {
  const found = resolveName(book, name);
  return found.to === "nothing" ? found.why : JSON.stringify(found);
};

test("a bare name means the deployment even when a model has the same name", () => {
  expect(resolveName(book, "support")).toEqual({ to: "deployment", deploymentId: "dep_support" });
});

test("a bare name without a deployment means the model's champion", () => {
  const noDeployments = { ...book, deployments: new Map<string, string>() };
  expect(resolveName(noDeployments, "support")).toMatchObject({ to: "version", versionId: "mv_s2", number: 2 });
});

test("a bare name of a model with one version means that version", () => {
  expect(resolveName(book, "nano")).toEqual({ to: "version", versionId: "mv_nano1", model: "nano", number: 1 });
});

test("a version that is still being imported does not hide the only callable one", () => {
  expect(resolveName(book, "fresh")).toMatchObject({ versionId: "mv_f1" });
});

test("NAME/N and NAME@alias always mean models", () => {
  expect(resolveName(book, "support/1")).toMatchObject({ to: "version", versionId: "mv_s1", number: 1 });
  expect(resolveName(book, "support@champion")).toMatchObject({ versionId: "mv_s2" });
  expect(resolveName(book, "support@challenger")).toMatchObject({ versionId: "mv_s3" });
  expect(whyOf("tier/2")).toContain("does not exist");
});

test("a model whose name holds a slash can be called by name and by version", () => {
  expect(resolveName(book, "org/llama-3")).toMatchObject({ versionId: "mv_l1" });
  expect(resolveName(book, "org/llama-3/1")).toMatchObject({ versionId: "mv_l1" });
});

test("ft: names mean the version their run made", () => {
  expect(resolveName(book, "ft:nano:acme:triage:7f3c9a")).toMatchObject({ versionId: "mv_t2", model: "triage" });
  expect(whyOf("ft:nano:acme:triage:000000")).toContain("does not exist");
});

test("what means nothing says why in a sentence", () => {
  expect(whyOf("triage")).toBe(
    "the model triage has 2 versions and no champion: ask for one of them, like triage/1, or promote one",
  );
  expect(whyOf("empty")).toBe("the model empty has no version yet");
  expect(whyOf("half")).toBe("half is still being imported");
  expect(whyOf("fresh/2")).toBe("fresh/2 is still being imported");
  expect(whyOf("support/9")).toBe("the model support has no version 9");
  expect(whyOf("triage@champion")).toBe("the model triage has no alias champion");
  expect(whyOf("gpt-4o")).toContain("does not exist");
});

test("odd spellings are plain names, never a crash", () => {
  for (const name of ["", "/", "@", "/1", "@champion", "nano/0", "nano/01", "nano/1e3", "nano/", "__proto__", "a@b@c"])
    expect(resolveName(book, name).to).toBe("nothing");
});
