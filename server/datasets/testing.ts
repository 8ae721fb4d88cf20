import type { Tx } from "#db/client.ts";
import { createDatasetVersion, type NewVersion } from "#server/datasets/create-version.ts";
import { importDataset } from "#server/datasets/import.ts";
import { testProject, testStorage } from "#server/testing.ts";

/** A project with storage of its own, and the two steps of an upload's second half. */
export async function testDatasets(tx: Tx) {
  const project = await testProject(tx);
  const storage = await testStorage();
  const ctx = { ...project.ctx, storage };
  const signal = new AbortController().signal;

  async function store(content: string | Buffer, options: Partial<Omit<NewVersion, "blob">> = {}) {
    const blob = await storage.put(chunksOf(content));
    return createDatasetVersion(ctx, { filename: "tickets.jsonl", blob, ...options });
  }
  async function runImport(versionId: string) {
    return importDataset(ctx, { versionId }, signal);
  }
  /** Store and import. */
  async function add(content: string | Buffer, options: Partial<Omit<NewVersion, "blob">> = {}) {
    const created = await store(content, options);
    await runImport(created.versionId);
    return created;
  }
  return { ...project, ctx, storage, store, runImport, add };
}

/** A chat as a line of JSONL. */
export function chatLine(question: string, answer: string): string {
  const messages = [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ];
  return `${JSON.stringify({ messages })}\n`;
}

async function* chunksOf(content: string | Buffer) {
  yield Buffer.from(content);
}
