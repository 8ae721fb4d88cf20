import { DomainError } from "#server/errors.ts";

/** Says which file holds which tensor, where the weights are cut into several. */
export const indexName = "model.safetensors.index.json";
const wholeName = "model.safetensors";
const smallFiles = [
  ...["config.json", "generation_config.json", indexName],
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"],
  ...["vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja", "chat_template.json", "LICENSE"],
];
const pickles = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;

export type Choice = { format: "safetensors" | "gguf"; paths: string[] };

/**
 * Which files of a folder make the base model: safetensors with configuration and tokenizer, else one GGUF.
 * Without an index model.safetensors is all of the weights, whatever else lies beside it. `wanted` names one GGUF among
 * several. Throws REFUSED for pickles, adapters and folders without a model.
 */
export function chooseFiles(paths: readonly string[], wanted?: string): Choice {
  const top = paths.filter((path) => !path.includes("/"));
  const ggufs = paths.filter((path) => path.toLowerCase().endsWith(".gguf"));
  if (wanted) {
    if (ggufs.includes(wanted)) return { format: "gguf", paths: [wanted] };
    throw refuse(`there is no GGUF file ${wanted}`, "weights_missing");
  }
  if (top.includes("adapter_config.json") && !top.includes("config.json")) {
    throw refuse("this is an adapter, not a base model: import the base it was trained on", "adapter");
  }
  const isWhole = top.includes(wholeName) && !top.includes(indexName);
  const weights = isWhole ? [wholeName] : top.filter((path) => path.endsWith(".safetensors"));
  if (weights.length > 0) {
    return { format: "safetensors", paths: top.filter((path) => weights.includes(path) || smallFiles.includes(path)) };
  }
  const [only, ...more] = ggufs;
  if (only && more.length === 0) return { format: "gguf", paths: [only] };
  if (only) throw refuse(`there are ${ggufs.length} GGUF files; name one of them: ${ggufs.join(", ")}`, "ambiguous");
  const pickled = paths.find((path) => pickles.test(path));
  if (pickled) {
    const why = "a pickle, which can run code when it is opened";
    throw refuse(`${pickled} is ${why}: take the safetensors or GGUF version of this model`, "pickle");
  }
  throw refuse("there are no weights here (*.safetensors or *.gguf)", "weights_missing");
}

function refuse(message: string, reason: string) {
  return new DomainError("REFUSED", message, { reason });
}
