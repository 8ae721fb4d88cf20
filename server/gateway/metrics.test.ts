import { expect, test } from "vitest";
import { createMetrics } from "#server/gateway/metrics.ts";

const observed = { snapshotAgeSeconds: 1.5, spoolBytes: 42, droppedRows: 3, refusedRows: 4, ownerlessRows: 5 };
const units = ["milliseconds", "microseconds", "minutes", "hours", "kilobytes", "megabytes", "bits", "percent"];
const reserved = ["_count", "_sum", "_bucket"];

/** The rules of `promtool check metrics` (prometheus/client_golang, testutil/promlint) that can touch ours. */
function lint({ name, help, type }: { name: string; help: string; type: string }): string[] {
  const problems = [];
  if (!help) problems.push("no help text");
  if (!/^[a-z_:][a-z0-9_:]*$/.test(name)) problems.push("not snake case");
  if (type === "counter" && !name.endsWith("_total")) problems.push("a counter without _total");
  if (type !== "counter" && name.endsWith("_total")) problems.push("_total without a counter");
  if (reserved.some((suffix) => name.endsWith(suffix))) problems.push("a reserved suffix");
  if (name.split("_").some((word) => units.includes(word))) problems.push("no base unit");
  if (name.split("_").some((word) => ["gauge", "counter", "histogram", "summary"].includes(word)))
    problems.push("the type in the name");
  return problems;
}

test("every metric passes Prometheus' lint, Node's own among them", async () => {
  const metrics = createMetrics(() => observed);
  const all = await metrics.registry.getMetricsAsJSON();
  expect(all.length).toBeGreaterThan(20);
  const bad = all.map((metric) => ({ name: metric.name, problems: lint({ ...metric, type: String(metric.type) }) }));
  expect(bad.filter(({ problems }) => problems.length > 0)).toEqual([]);
});

test("what the gateway knows of itself is one metric per unit", async () => {
  const text = await createMetrics(() => observed).registry.metrics();
  expect(text).toContain("forge_gateway_snapshot_age_seconds 1.5");
  expect(text).toContain("forge_gateway_spool_bytes 42");
  expect(text).toContain("forge_gateway_spool_dropped_rows_total 3");
  expect(text).toContain("forge_gateway_spool_refused_rows_total 4");
  expect(text).toContain("forge_gateway_spool_ownerless_rows_total 5");
  expect(text).not.toContain("what=");
});

const finished = { endpoint: "/v1/chat/completions", status: 200, totalMs: 900, ttftMs: 100, usage: null };

test("every gap of a stream is counted, and a call refused before its body was read is neither a stream nor none", async () => {
  const metrics = createMetrics(() => observed);
  metrics.finished({ ...finished, stream: true, gapsMs: [10, 10, 10, 700] });
  metrics.finished({ ...finished, status: 401, stream: null, ttftMs: null, gapsMs: [] });
  const text = await metrics.registry.metrics();
  expect(text).toContain("forge_gateway_inter_token_latency_seconds_count 4");
  expect(text).toContain('forge_gateway_inter_token_latency_seconds_bucket{le="0.5"} 3');
  expect(text).toContain('status="401",stream="unknown"');
});
