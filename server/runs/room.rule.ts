/** Weights and AdamW's two moments, 4 bytes each. */
const bytesPerParameter = 12;
/** Logs, events, the tokenizer in every checkpoint. */
const besideBytes = 32 * 2 ** 20;
/** The checkpoint that is being written, and the adapter with its GGUF and their blobs. */
const beyondKept = 3;

type Training = { parameters: number; rank: number; keep: number; heldBytes?: number };

/**
 * What a LoRA training writes at most, about: the checkpoints it keeps and its adapter. On all linear layers of a model
 * of width d, rank r trains 2r/d of the parameters; d is taken from a hundred-layer shape of 12·d² a layer, which comes
 * out a little narrow, so the estimate a little high. What a resumed run's folder holds already counts for what is kept.
 */
export function trainingBytes({ parameters, rank, keep, heldBytes = 0 }: Training): number {
  const width = Math.max(1, ((100 / 12) * parameters) ** (1 / 3));
  const trained = Math.min(parameters, (parameters * 2 * rank) / width);
  const checkpoint = trained * bytesPerParameter;
  return Math.ceil(Math.max(0, checkpoint * keep + besideBytes - heldBytes) + checkpoint * beyondKept);
}
