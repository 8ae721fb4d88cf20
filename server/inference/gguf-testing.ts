import { Readable } from "node:stream";
import type { Storage } from "#server/storage.ts";

/** Small GGUF files with random weights, written by ourselves so that tests of the engine need no Python. */
type Meta = { key: string; type: number; value: number | string | boolean | readonly string[] | readonly number[] };
type Tensor = { name: string; shape: readonly number[]; data: Float32Array };

const text = 8;
const array = 9;
const u32 = 4;
const i32 = 5;
const f32 = 6;
const bool = 7;
const alignment = 32;

export const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const width = 32;
const layers = 2;
const heads = 4;
const hidden = 64;

/** A two-layer llama with a byte-level vocabulary and ChatML template. `seed` decides the weights. */
export function tinyBase(
  options: {
    seed?: number;
    contextLength?: number;
    chatTemplate?: string | null;
    addBos?: boolean;
    /** beside the three of ChatML, before them */
    controlTokens?: readonly string[];
  } = {},
) {
  const random = generator(options.seed ?? 1);
  const vocabulary = tinyVocabulary(options.controlTokens ?? []);
  const size = vocabulary.tokens.length;
  const contextLength = options.contextLength ?? 256;
  const weight = (name: string, shape: readonly number[], scale: number): Tensor => ({
    name,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * scale),
  });
  const ones = (name: string): Tensor => ({ name, shape: [width], data: new Float32Array(width).fill(1) });
  const tensors = [weight("token_embd.weight", [width, size], 1), ones("output_norm.weight")];
  tensors.push(weight("output.weight", [width, size], 1));
  for (let i = 0; i < layers; i++) {
    const block = `blk.${i}`;
    tensors.push(ones(`${block}.attn_norm.weight`), ones(`${block}.ffn_norm.weight`));
    for (const part of ["attn_q", "attn_k", "attn_v", "attn_output"])
      tensors.push(weight(`${block}.${part}.weight`, [width, width], 0.6));
    tensors.push(weight(`${block}.ffn_gate.weight`, [width, hidden], 0.6));
    tensors.push(weight(`${block}.ffn_up.weight`, [width, hidden], 0.6));
    tensors.push(weight(`${block}.ffn_down.weight`, [hidden, width], 0.6));
  }
  const template = options.chatTemplate === undefined ? chatTemplate : options.chatTemplate;
  const meta: Meta[] = [
    { key: "general.architecture", type: text, value: "llama" },
    { key: "general.type", type: text, value: "model" },
    { key: "general.name", type: text, value: "tiny" },
    { key: "general.file_type", type: u32, value: 0 },
    { key: "llama.block_count", type: u32, value: layers },
    { key: "llama.context_length", type: u32, value: contextLength },
    { key: "llama.embedding_length", type: u32, value: width },
    { key: "llama.feed_forward_length", type: u32, value: hidden },
    { key: "llama.attention.head_count", type: u32, value: heads },
    { key: "llama.attention.head_count_kv", type: u32, value: heads },
    { key: "llama.attention.layer_norm_rms_epsilon", type: f32, value: 1e-5 },
    { key: "llama.rope.dimension_count", type: u32, value: width / heads },
    { key: "llama.rope.freq_base", type: f32, value: 10_000 },
    { key: "llama.vocab_size", type: u32, value: size },
    { key: "tokenizer.ggml.model", type: text, value: "gpt2" },
    { key: "tokenizer.ggml.pre", type: text, value: "default" },
    { key: "tokenizer.ggml.tokens", type: array, value: vocabulary.tokens },
    { key: "tokenizer.ggml.token_type", type: array, value: vocabulary.types },
    { key: "tokenizer.ggml.merges", type: array, value: vocabulary.merges },
    { key: "tokenizer.ggml.bos_token_id", type: u32, value: size - 3 },
    { key: "tokenizer.ggml.eos_token_id", type: u32, value: size - 1 },
    { key: "tokenizer.ggml.add_bos_token", type: bool, value: options.addBos ?? false },
  ];
  if (template !== null) meta.push({ key: "tokenizer.chat_template", type: text, value: template });
  return writeGguf(meta, tensors);
}

/** A rank-4 LoRA for `tinyBase`; `scale` 0 changes nothing, so that a probe must refuse it. */
export function tinyAdapter(options: { seed?: number; scale?: number } = {}) {
  const random = generator(options.seed ?? 2);
  const rank = 4;
  const scale = options.scale ?? 1;
  const tensors = Array.from({ length: layers }, (_, i) => i).flatMap((i) =>
    ["attn_q", "attn_v", "attn_output"].flatMap((part): Tensor[] => [
      {
        name: `blk.${i}.${part}.weight.lora_a`,
        shape: [width, rank],
        data: Float32Array.from({ length: width * rank }, () => random()),
      },
      {
        name: `blk.${i}.${part}.weight.lora_b`,
        shape: [rank, width],
        data: Float32Array.from({ length: width * rank }, () => random() * scale),
      },
    ]),
  );
  const meta: Meta[] = [
    { key: "general.type", type: text, value: "adapter" },
    { key: "general.architecture", type: text, value: "llama" },
    { key: "adapter.type", type: text, value: "lora" },
    { key: "adapter.lora.alpha", type: f32, value: rank },
  ];
  return writeGguf(meta, tensors);
}

/** Store bytes as a blob and return its sha256. */
export async function putBytes(storage: Storage, bytes: Buffer): Promise<string> {
  return (await storage.put(Readable.from([bytes]))).sha256;
}

/** GGUF v3: header, metadata, tensor table, then F32 data aligned to 32 bytes. */
function writeGguf(meta: readonly Meta[], tensors: readonly Tensor[]): Buffer {
  const head: Buffer[] = [Buffer.from("GGUF"), int32(3), int64(tensors.length), int64(meta.length)];
  for (const { key, type, value } of meta) head.push(string(key), int32(type), encode(type, value));
  let offset = 0;
  const data: Buffer[] = [];
  for (const tensor of tensors) {
    head.push(string(tensor.name), int32(tensor.shape.length), ...tensor.shape.map(int64), int32(0), int64(offset));
    const bytes = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    const padded = padTo(bytes);
    data.push(padded);
    offset += padded.length;
  }
  return Buffer.concat([padTo(Buffer.concat(head)), ...data]);
}

function encode(type: number, value: Meta["value"]): Buffer {
  if (typeof value === "string") return string(value);
  if (typeof value === "boolean") return Buffer.from([value ? 1 : 0]);
  if (typeof value === "number") return type === f32 ? float32(value) : int32(value);
  const itemType = typeof value[0] === "number" ? i32 : text;
  return Buffer.concat([int32(itemType), int64(value.length), ...value.map((item) => encode(itemType, item))]);
}

function padTo(bytes: Buffer) {
  return Buffer.concat([bytes, Buffer.alloc((alignment - (bytes.length % alignment)) % alignment)]);
}

function string(value: string) {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([int64(bytes.length), bytes]);
}

function int32(value: number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function int64(value: number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

/** GPT-2's byte alphabet (every byte is one printable character), a few merges, three control tokens and `more` before them. */
function tinyVocabulary(more: readonly string[]) {
  const printable = [...range(33, 126), ...range(161, 172), ...range(174, 255)];
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  let extra = 0;
  const alphabet = bytes.map((byte) => String.fromCharCode(printable.includes(byte) ? byte : 256 + extra++));
  const merges = ["h e", "l l", "he ll", "Ġ t", "i n", "e r", "Ġ a", "u s", "us er"];
  const merged = merges.map((merge) => merge.replace(" ", ""));
  const control = [...more, "<|endoftext|>", "<|im_start|>", "<|im_end|>"];
  const tokens = [...alphabet, ...merged, ...control];
  const types = [...alphabet.map(() => 1), ...merged.map(() => 1), ...control.map(() => 3)];
  return { tokens, types, merges };
}

function range(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** mulberry32, centred on 0: the same weights on every machine. */
function generator(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) / 4_294_967_296 - 0.5) * 2;
  };
}
