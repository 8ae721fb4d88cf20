import { loraFields, loraFixed, loraWorkload } from "#server/runs/methods/lora.ts";
import { defineMethod } from "#server/runs/methods/method.ts";

/** Supervised fine-tuning: the adapter learns the answers of the rows. */
export const sft = defineMethod({
  name: "sft",
  label: "SFT",
  title: "Supervised fine-tuning (SFT)",
  description:
    "Supervised fine-tuning with LoRA: the base stays as it is, and a small adapter is trained on your answers.",
  shapes: ["messages", "prompt_completion", "text"],
  refusals: {
    preference: "holds preferences, which SFT cannot learn from: choose conversations or pairs",
    unpaired_preference:
      "holds unpaired preferences (KTO): half of its answers may be bad ones, which SFT would learn too. Choose conversations or pairs",
  },
  fields: loraFields,
  fixed: loraFixed,
  openaiType: "supervised",
  workload: loraWorkload,
});
