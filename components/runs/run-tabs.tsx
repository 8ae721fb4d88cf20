import type { Run } from "#components/runs/data.ts";
import { Card } from "#components/ui/card.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { formatBytes, formatLoss, formatNumber } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import { showField } from "#server/runs/methods/field.ts";
import { fieldsOf } from "#server/runs/methods/method.ts";
import { findMethod } from "#server/runs/methods/table.ts";

/** Where the run can be resumed from, and which one has the lowest validation loss. */
export function CheckpointsTab({ run }: { run: Run }) {
  const removed = run.removedCheckpoints;
  if (run.checkpoints.length === 0 && removed > 0)
    return (
      <Card flush>
        <EmptyState title="No checkpoint is left">
          {formatNumber(removed)} {removed === 1 ? "was" : "were"} saved and removed some days after the run ended.
        </EmptyState>
      </Card>
    );
  if (run.checkpoints.length === 0)
    return (
      <Card flush>
        <EmptyState title="No checkpoint yet">
          The trainer saves one every {run.checkpointEverySteps ?? "few"} steps, and when it is cancelled.
        </EmptyState>
      </Card>
    );
  return (
    <Card flush>
      <Table aria-label="Checkpoints">
        <thead>
          <tr>
            <Th numeric>Step</Th>
            <Th numeric>Validation loss</Th>
            <Th numeric>Size</Th>
            <Th>Saved</Th>
          </tr>
        </thead>
        <tbody>
          {run.checkpoints.toReversed().map((checkpoint) => (
            <Tr key={checkpoint.step}>
              <Td numeric>{formatNumber(checkpoint.step)}</Td>
              <Td numeric>
                {checkpoint.best && <Chip tone="ok">best</Chip>}{" "}
                {checkpoint.validationLoss === null ? "not measured" : formatLoss(checkpoint.validationLoss)}
              </Td>
              <Td numeric>{formatBytes(checkpoint.bytes)}</Td>
              <Td>
                <RelativeTime at={checkpoint.at} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <p className="border-t px-4 py-3 text-ink-3 text-xs">
        On disk are only the newest three and the best, the one with the lowest validation loss. The model is made from
        the last.
        {removed > 0 && ` ${formatNumber(removed)} ${removed === 1 ? "other has" : "others have"} been removed.`}
      </p>
    </Card>
  );
}

/** The frozen settings: what a clone starts from. */
export function SettingsTab({ run }: { run: Run }) {
  const method = findMethod(run.method);
  const fields = method && run.hyperParameters ? fieldsOf(method) : [];
  return (
    <Card flush>
      <Table aria-label="Settings">
        <tbody>
          {fields.map(([key, field]) => (
            <Tr key={key}>
              <Td className="text-ink-2">{field.label}</Td>
              <Td className="tabular-nums">{showField(field, run.hyperParameters?.[key] ?? null)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
