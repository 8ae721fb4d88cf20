import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Header = Record<string, unknown>;

export const tensor = { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] };

/** A safetensors file: header length, header, data. `says` overrides the length that is written. */
export function safetensors(header: Header = { w: tensor }, data = Buffer.alloc(16), says?: bigint): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(says ?? BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

/** A folder as a base model has it, with some files replaced, added or (null) left out. */
export async function modelFolder(changes: Record<string, string | Buffer | null> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "largeforge-test-model-"));
  const config = { architectures: ["LlamaForCausalLM"], max_position_embeddings: 128 };
  const files: Record<string, string | Buffer | null> = {
    "config.json": JSON.stringify(config),
    "tokenizer.json": "{}",
    "model.safetensors": safetensors(),
    ...changes,
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files))
    if (content !== null) await writeFile(join(folder, name), content);
  return folder;
}
