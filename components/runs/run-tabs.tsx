import type { Run } from "#components/runs/data.ts";
import { Card } from "#components/ui/card.tsx";
import { formatBytes, formatNumber } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

/** Where the run could be resumed from; the trainer keeps the newest three. */
export function CheckpointsTab({ run }: { run: Run }) {
  if (run.checkpoints.length === 0)
    return (
      <Card flush>
        <EmptyState title="No checkpoint yet">
          The trainer saves one every {run.hyperParameters?.checkpointEverySteps ?? "few"} steps, and when it is
          cancelled.
        </EmptyState>
      </Card>
    );
  return (
    <Card flush>
      <Table aria-label="Checkpoints">
        <thead>
          <tr>
            <Th numeric>Step</Th>
            <Th numeric>Size</Th>
            <Th>Saved</Th>
          </tr>
        </thead>
        <tbody>
          {run.checkpoints.toReversed().map((checkpoint) => (
            <Tr key={checkpoint.step}>
              <Td numeric>{formatNumber(checkpoint.step)}</Td>
              <Td numeric>{formatBytes(checkpoint.bytes)}</Td>
              <Td>
                <RelativeTime at={checkpoint.at} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

const words: Record<string, string> = {
  learningRate: "Learning rate",
  epochs: "Epochs",
  maxSteps: "Most steps",
  batchSize: "Batch size",
  gradientAccumulation: "Gradient accumulation",
  loraR: "LoRA rank",
  loraAlpha: "LoRA alpha",
  loraDropout: "LoRA dropout",
  maxLength: "Longest row (tokens)",
  assistantOnlyLoss: "Loss on answers only",
  warmupRatio: "Warm-up share",
  scheduler: "Schedule",
  weightDecay: "Weight decay",
  maxGradNorm: "Gradient norm limit",
  checkpointEverySteps: "Steps between checkpoints",
  evalEverySteps: "Steps between validations",
  seed: "Seed",
};

/** The frozen settings: what a clone starts from. */
export function SettingsTab({ run }: { run: Run }) {
  const rows = Object.entries(run.hyperParameters ?? {});
  return (
    <Card flush>
      <Table aria-label="Settings">
        <tbody>
          {rows.map(([key, value]) => (
            <Tr key={key}>
              <Td className="text-ink-2">{words[key] ?? key}</Td>
              <Td className="tabular-nums">
                {value === null ? "none" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value)}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
