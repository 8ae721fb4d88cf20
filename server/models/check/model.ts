import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import { readGgufHeader } from "#server/inference/client/gguf-header.ts";
import { knownArchitectures } from "#server/models/check/architectures.rule.ts";
import { type Choice, indexName } from "#server/models/check/choose.rule.ts";
import { readSafetensors } from "#server/models/check/safetensors.ts";

/** One file of a model on its way in: its name in the model's folder and where it lies now. */
export type ModelFile = { path: string; file: string };
export type ModelFacts = { architecture: string; parameters: number; contextLength: number };

const maxJsonBytes = 64 * 1024 * 1024;
const Config = z.looseObject({
  architectures: z.array(z.string()).min(1).optional(),
  max_position_embeddings: z.number().int().min(1).optional(),
  auto_map: z.unknown().optional(),
  quantization_config: z.looseObject({ quant_method: z.string().optional() }).optional(),
});
const Index = z.looseObject({ weight_map: z.record(z.string(), z.string()) });
const defaultContextLength = 2048;

/**
 * Check the chosen files of a base model before anything opens them → what it is.
 * Throws REFUSED for code of the model's own (auto_map), pickles, files that lie about their size, quantised weights,
 * missing shards, and architectures that cannot be both trained and served.
 */
export async function checkModel(format: Choice["format"], files: readonly ModelFile[]): Promise<ModelFacts> {
  const [first] = files;
  if (format === "safetensors") return checkSafetensorsFolder(files);
  if (!first) throw refuse("there is no GGUF file", "weights_missing");
  const header = await readGgufHeader(first.file);
  if (header.type !== "model") throw refuse("this GGUF file is an adapter, not a base model", "adapter");
  const { architecture, parameters } = header;
  return { architecture, parameters, contextLength: header.contextLength ?? defaultContextLength };
}

async function checkSafetensorsFolder(files: readonly ModelFile[]): Promise<ModelFacts> {
  const named = new Map(files.map((each) => [each.path, each.file]));
  for (const { path, file } of files) if (path.endsWith(".json")) refuseCode(path, await readJson(path, file));
  const config = Config.safeParse(await readJson("config.json", named.get("config.json")));
  if (!config.success) throw refuse("config.json is missing or says no architecture", "config_invalid");
  const architecture = checkConfig(config.data);
  if (!["tokenizer.json", "tokenizer.model", "vocab.json"].some((name) => named.has(name))) {
    throw refuse("there is no tokenizer (tokenizer.json)", "tokenizer_missing");
  }
  const { parameters, tensors } = await checkWeights(files);
  await checkIndex(named, tensors);
  return { architecture, parameters, contextLength: config.data.max_position_embeddings ?? defaultContextLength };
}

function checkConfig(config: z.infer<typeof Config>): string {
  const architecture = config.architectures?.[0] ?? "none";
  if (!knownArchitectures.has(architecture)) {
    const message = `the architecture ${architecture.slice(0, 80)} is not one that can be trained and served here`;
    throw refuse(`${message}: choose a causal language model such as Llama, Qwen or Gemma`, "architecture_unknown");
  }
  const method = config.quantization_config?.quant_method;
  if (config.quantization_config) {
    throw refuse(`the weights are quantised (${method ?? "unnamed"}): import the full-precision version`, "quantised");
  }
  return architecture;
}

async function checkWeights(files: readonly ModelFile[]) {
  let parameters = 0;
  const tensors: string[] = [];
  for (const { path, file } of files.filter((each) => each.path.endsWith(".safetensors"))) {
    const found = await readSafetensors(file, path);
    parameters += found.parameters;
    tensors.push(...found.tensors);
  }
  if (parameters === 0) throw refuse("the weights hold no parameters", "weights_invalid");
  return { parameters, tensors };
}

async function checkIndex(named: ReadonlyMap<string, string>, tensors: readonly string[]) {
  const file = named.get(indexName);
  if (!file) return;
  const index = await readIndex(file);
  const shards = new Set(Object.values(index));
  const absent = [...shards].filter((name) => !named.has(name)).sort();
  if (absent.length > 0)
    throw refuse(`${absent.length} weight files are missing, first ${absent[0]}`, "weights_missing");
  const held = new Set(tensors);
  const lost = Object.keys(index).find((tensor) => !held.has(tensor));
  if (lost) throw refuse(`the index names ${lost}, which no weight file holds`, "weights_invalid");
}

/** Each tensor of the model and the file that holds it. Throws REFUSED. */
export async function readIndex(file: string): Promise<Record<string, string>> {
  const index = Index.safeParse(await readJson(indexName, file));
  if (!index.success) throw refuse(`${indexName} is no index of weights`, "weights_invalid");
  return index.data.weight_map;
}

/** `auto_map` makes a loader fetch and run code that comes with the model. */
function refuseCode(path: string, json: unknown) {
  if (json && typeof json === "object" && "auto_map" in json) {
    throw refuse(`${path} brings code of its own (auto_map), which is never run here`, "auto_map");
  }
}

async function readJson(path: string, file: string | undefined): Promise<unknown> {
  if (!file) return null;
  if ((await stat(file)).size > maxJsonBytes) throw refuse(`${path} is larger than 64 MiB`, "config_invalid");
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new DomainError("REFUSED", `${path} is not valid JSON`, { reason: "config_invalid", cause });
  }
}

function refuse(message: string, reason: string) {
  return new DomainError("REFUSED", message, { reason });
}
