import type { FileHandle } from "node:fs/promises";
import { DomainError } from "#server/errors.ts";

const chunkBytes = 1024 * 1024;
const maxHeaderBytes = 256 * 1024 * 1024;

/** Bytes of each scalar type of GGUF metadata (ids as in the format's specification); 8 is text, 9 an array. */
const scalarBytes: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

/** A forward reader over a GGUF header that never trusts a length the file states about itself. */
export class GgufCursor {
  position = 0;
  readonly #file: FileHandle;
  readonly #fileBytes: number;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkStart = 0;

  constructor(file: FileHandle, fileBytes: number) {
    this.#file = file;
    this.#fileBytes = fileBytes;
  }

  async bytes(length: number): Promise<Buffer> {
    const at = this.position - this.#chunkStart;
    if (at < 0 || at + length > this.#chunk.length) await this.#load(length);
    const from = this.position - this.#chunkStart;
    this.position += length;
    return this.#chunk.subarray(from, from + length);
  }

  async u32(): Promise<number> {
    return (await this.bytes(4)).readUInt32LE();
  }

  async u64(): Promise<number> {
    const value = (await this.bytes(8)).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw refuse(`it states the absurd number ${value}`);
    return Number(value);
  }

  /** A stated count, refused when the file is too short to hold that many things. */
  async count(what: string, limit: number, bytesEach: number): Promise<number> {
    const count = await this.u64();
    if (count > limit) throw refuse(`it states ${count} ${what} (at most ${limit} are accepted)`);
    if (count * bytesEach > this.#fileBytes - this.position) {
      throw refuse(
        `it states ${count} ${what}, more than its ${this.#fileBytes} bytes can hold: truncated?`,
        "gguf_truncated",
      );
    }
    return count;
  }

  async text(limit: number): Promise<string> {
    return (await this.bytes(await this.#length(limit))).toString("utf8");
  }

  async skipText(limit: number): Promise<void> {
    const length = await this.#length(limit); // first: `+= await` would add to the position before the read
    this.position += length;
  }

  async scalar(type: number, key: string): Promise<number | boolean | bigint> {
    const length = scalarBytes[type];
    if (!length) throw refuse(`the metadata entry ${key} has the unknown type ${type}`);
    const bytes = await this.bytes(length);
    if (type === 7) return bytes.readUInt8() !== 0;
    if (type === 6) return bytes.readFloatLE();
    if (type === 12) return bytes.readDoubleLE();
    if (length === 8) return small(type === 10 ? bytes.readBigUInt64LE() : bytes.readBigInt64LE());
    return type === 1 || type === 3 || type === 5 ? bytes.readIntLE(0, length) : bytes.readUIntLE(0, length);
  }

  async #length(limit: number) {
    const length = await this.u64();
    if (length > limit) throw refuse(`it states a text of ${length} bytes (at most ${limit} are accepted)`);
    return length;
  }

  async #load(length: number) {
    const end = this.position + length;
    if (end > this.#fileBytes)
      throw refuse("the header goes on after the end of the file: truncated", "gguf_truncated");
    if (end > maxHeaderBytes) throw refuse(`the header is longer than ${maxHeaderBytes} bytes`);
    const wanted = Math.min(Math.max(length, chunkBytes), this.#fileBytes - this.position);
    const chunk = Buffer.alloc(wanted);
    const { bytesRead } = await this.#file.read(chunk, 0, wanted, this.position);
    if (bytesRead < length) throw refuse("the file became shorter while it was read", "gguf_truncated");
    this.#chunk = chunk.subarray(0, bytesRead);
    this.#chunkStart = this.position;
  }
}

function small(value: bigint) {
  return value >= -BigInt(Number.MAX_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function refuse(message: string, reason = "gguf_invalid") {
  return new DomainError("INVALID", `not a usable GGUF file: ${message}`, { reason });
}
