export type Edge = { from: string; to: string };

/**
 * Columns of a left-to-right graph: a node stands one column right of its furthest parent, and inside its column near
 * the middle of its parents, so that lines cross little. Edges to unknown nodes are left out; a cycle is cut.
 */
export function layOut<Node extends { id: string }>(nodes: readonly Node[], edges: readonly Edge[]): Node[][] {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<string, string[]>();
  for (const edge of edges)
    if (known.has(edge.from) && known.has(edge.to)) parents.set(edge.to, [...(parents.get(edge.to) ?? []), edge.from]);

  const depths = new Map<string, number>();
  function depthOf(id: string, path: ReadonlySet<string>): number {
    const found = depths.get(id);
    if (found !== undefined) return found;
    const above = (parents.get(id) ?? []).filter((parent) => !path.has(parent));
    const depth =
      above.length === 0 ? 0 : 1 + Math.max(...above.map((parent) => depthOf(parent, new Set([...path, id]))));
    depths.set(id, depth);
    return depth;
  }

  const columns: Node[][] = [];
  for (const node of nodes) {
    const depth = depthOf(node.id, new Set([node.id]));
    while (columns.length <= depth) columns.push([]);
    columns[depth]?.push(node);
  }

  const rowOf = new Map<string, number>();
  for (const column of columns) {
    const middle = new Map(
      column.map((node, row) => [node.id, mean((parents.get(node.id) ?? []).map((id) => rowOf.get(id) ?? row)) ?? row]),
    );
    column.sort((a, b) => (middle.get(a.id) ?? 0) - (middle.get(b.id) ?? 0));
    for (const [row, node] of column.entries()) rowOf.set(node.id, row);
  }
  return columns;
}

function mean(values: readonly number[]) {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
