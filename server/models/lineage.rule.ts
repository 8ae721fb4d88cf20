export type LineageKind = "dataset" | "base" | "run" | "version" | "eval" | "deployment";
/** `id` is that of the thing itself; `page` is the id its page is opened by (a version is shown on its model's). */
export type LineageNode = { id: string; kind: LineageKind; label: string; detail: string | null; page: string };
export type LineageEdge = { from: string; to: string };
export type Lineage = { nodes: LineageNode[]; edges: LineageEdge[] };

export type LineageVersion = {
  id: string;
  modelId: string;
  name: string;
  kind: "base" | "tuned";
  aliases: readonly string[];
  dataset: { versionId: string; id: string; name: string; deletedAt: Date | null } | null;
  run: { id: string; name: string; deletedAt: Date | null } | null;
  base: { versionId: string; modelId: string; name: string } | null;
  evals: readonly { id: string; suite: string; detail: string | null }[];
  deployments: readonly { id: string; name: string; weightBps: number }[];
};

/** What came from what: dataset version and base → run → version → its evals and the deployments that serve it. */
export function drawLineage(versions: readonly LineageVersion[]): Lineage {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  const node = (one: LineageNode) => void (nodes.has(one.id) || nodes.set(one.id, one));
  const edge = (from: string, to: string) => edges.set(`${from} ${to}`, { from, to });
  for (const version of versions) {
    const { dataset, run, base } = version;
    const gone = (thing: { deletedAt: Date | null }) =>
      thing.deletedAt ? `deleted on ${dayOf(thing.deletedAt)}` : null;
    if (dataset) {
      const { versionId: id, name: label, id: page } = dataset;
      node({ id, kind: "dataset", label, detail: gone(dataset), page });
    }
    if (base) node({ id: base.versionId, kind: "base", label: base.name, detail: null, page: base.modelId });
    if (run) node({ id: run.id, kind: "run", label: run.name, detail: gone(run), page: run.id });
    const made = run?.id ?? version.id;
    if (dataset) edge(dataset.versionId, made);
    if (base) edge(base.versionId, made);
    const kind = version.kind === "base" ? "base" : "version";
    const detail = version.aliases.join(", ") || null;
    node({ id: version.id, kind, label: version.name, detail, page: version.modelId });
    if (run) edge(run.id, version.id);
    for (const { id, suite, detail } of version.evals) {
      node({ id, kind: "eval", label: suite, detail, page: id });
      edge(version.id, id);
    }
    for (const { id, name, weightBps } of version.deployments) {
      node({ id, kind: "deployment", label: name, detail: `${weightBps / 100} %`, page: id });
      edge(version.id, id);
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** "2026-11-12", in UTC as the message on the thing's own page */
function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
