import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import type { ParserMap } from "nuqs/server";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import type { defineList } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { useList } from "#components/data-table/use-list.ts";
import { ListAudit } from "#server/audit/input.ts";
import { ListDatasets } from "#server/datasets/input.ts";
import { ListDeployments } from "#server/deployments/input.ts";
import { ListPrices } from "#server/economics/input.ts";
import { ListEvals, ListSuites } from "#server/evals/input.ts";
import { ListKeys } from "#server/keys/input.ts";
import { ListModels } from "#server/models/input.ts";
import { ListInvitations, ListMembers } from "#server/projects/input.ts";
import { ListRequests } from "#server/requests/input.ts";
import { ListRuns } from "#server/runs/input.ts";

const inputs = {
  datasets: ListDatasets,
  runs: ListRuns,
  evals: ListEvals,
  suites: ListSuites,
  models: ListModels,
  deployments: ListDeployments,
  requests: ListRequests,
  audit: ListAudit,
  keys: ListKeys,
  prices: ListPrices,
  members: ListMembers,
  invitations: ListInvitations,
} satisfies Record<keyof typeof lists, unknown>;

type AnyList = ReturnType<typeof defineList<string, ParserMap, object>>;
const names = Object.keys(inputs) as (keyof typeof lists)[]; // safe because the table above names each list

const addresses = [
  "",
  "?sort=name.asc&q=hotel&suite-q=hotel&suite-sort=cases.desc&invitation-sort=email.asc",
  "?status=ready,failed,running&shape=messages&kind=base&show=archived&period=7d&actor=key:a,user:b&model=support",
  "?sort=nonsense.asc&status=nonsense&show=nonsense&period=1y&suite-sort=a&new=",
];

/** What the page's control of a list asks for at an address, as the browser computes it. */
function asked(name: keyof typeof lists, address: string) {
  const seen: { input?: unknown; filtered?: boolean } = {};
  function Page() {
    const { input, table } = useList(listOf(name));
    Object.assign(seen, { input, filtered: table.filtered });
    return null;
  }
  const children = createElement(Page);
  renderToString(createElement(NuqsTestingAdapter, { searchParams: address, children }));
  return seen;
}

function listOf(name: keyof typeof lists) {
  return lists[name] as unknown as AnyList; // safe because this test asks of it what every list has
}

test.each(addresses)(
  "whatever stands in the address (%s), the prefetch of each list asks what its page asks",
  async (address) => {
    for (const name of names) {
      const found = Object.fromEntries(new URLSearchParams(address));
      const prefetched = await listOf(name).read(found);
      // the keys of a query are compared as JSON: what is undefined does not count
      expect(JSON.stringify(asked(name, address).input), name).toBe(JSON.stringify(prefetched));
      expect(inputs[name].safeParse(prefetched).error, name).toBeUndefined();
    }
  },
);

test("the order that a list begins with is the server's own, and a bare address filters nothing", async () => {
  for (const name of names) {
    expect((await listOf(name).read({})).sort, name).toEqual(inputs[name].parse({}).sort);
    expect(asked(name, "").filtered, name).toBe(false);
  }
  expect(asked("runs", "?q=hotel").filtered).toBe(true);
  expect(asked("runs", "?status=failed").filtered).toBe(true);
  expect(asked("runs", "?sort=name.asc").filtered).toBe(false);
});
