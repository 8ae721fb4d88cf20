import { open } from "node:fs/promises";
import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import { jsonOrNull } from "#server/text/json.rule.ts";

const maxHeaderBytes = 100 * 1024 * 1024; // the format's own limit
const bitsOf: Record<string, number> = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  C64: 64,
};
const offset = z.number().int().min(0);
const Tensor = z.object({ dtype: z.string(), shape: z.array(offset).max(16), data_offsets: z.tuple([offset, offset]) });

/**
 * Check one safetensors file against its own header before anything loads it: no pickle in disguise, every tensor
 * inside the file, as many bytes as its shape needs, no gap, no overlap → its number of parameters and tensor names.
 * Throws REFUSED (reason `weights_invalid`) with the file and what is wrong.
 */
export async function readSafetensors(path: string, name: string): Promise<{ parameters: number; tensors: string[] }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(8);
    if (size < 8 || (await file.read(head, 0, 8, 0)).bytesRead < 8) throw lies(name, "is too short to be safetensors");
    refusePickle(head, name);
    const headerBytes = Number(head.readBigUInt64LE());
    if (headerBytes > Math.min(maxHeaderBytes, size - 8)) {
      throw lies(name, `says its header has ${headerBytes} bytes, but the file has ${size}`);
    }
    const header = Buffer.alloc(headerBytes);
    await file.read(header, 0, headerBytes, 8);
    return checkTensors(parseHeader(header, name), size - 8 - headerBytes, name);
  } finally {
    await file.close();
  }
}

/** Pickles run code when they are opened; torch writes them bare or inside a zip. */
export function refusePickle(head: Buffer, name: string): void {
  const zip = head.toString("latin1", 0, 4) === "PK\u0003\u0004";
  const pickle = head.readUInt8(0) === 0x80 && head.readUInt8(1) >= 2 && head.readUInt8(1) <= 5;
  if (zip || pickle) throw lies(name, "is a pickle (a torch file), which can run code when it is opened");
}

function checkTensors(tensors: [string, z.infer<typeof Tensor>][], dataBytes: number, name: string) {
  let end = 0;
  let parameters = 0;
  for (const [tensor, { dtype, shape, data_offsets }] of tensors.sort(byOffset)) {
    const bits = bitsOf[dtype];
    if (!bits) throw lies(name, `holds ${tensor} in the unknown type ${dtype.slice(0, 20)}`);
    const elements = shape.reduce((product, length) => product * length, 1);
    const [from, to] = data_offsets;
    if (from !== end || to - from !== (elements * bits) / 8 || to > dataBytes) {
      throw lies(name, `says ${tensor} lies at bytes ${from} to ${to}, which does not fit its shape or the file`);
    }
    end = to;
    parameters += elements;
  }
  if (end !== dataBytes) throw lies(name, `has ${dataBytes - end} bytes that belong to no tensor`);
  return { parameters, tensors: tensors.map(([tensor]) => tensor) };
}

function byOffset([, a]: [string, z.infer<typeof Tensor>], [, b]: [string, z.infer<typeof Tensor>]) {
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}

function parseHeader(header: Buffer, name: string): [string, z.infer<typeof Tensor>][] {
  const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOrNull(header.toString("utf8")));
  if (!parsed.success) throw lies(name, "has no readable header");
  const entries = Object.entries(parsed.data).filter(([key]) => key !== "__metadata__");
  return entries.map(([key, value]) => {
    const tensor = Tensor.safeParse(value);
    if (!tensor.success) throw lies(name, `describes ${key.slice(0, 80)} in a way that makes no sense`);
    return [key, tensor.data];
  });
}

function lies(name: string, what: string) {
  return new DomainError("REFUSED", `${name} ${what}`, { reason: "weights_invalid" });
}
