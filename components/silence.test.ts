import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { silence } from "#components/silence.ts";

test("what is deleted is not asked for again, neither by the page that is left nor later; everything else is", async () => {
  const client = new QueryClient();
  const asked: string[] = [];
  const observe = (name: string, input: object) => {
    const queryFn = () => {
      asked.push(name);
      return name;
    };
    const observer = new QueryObserver(client, { queryKey: [["runs", name], { input, type: "query" }], queryFn });
    return { observer, leave: observer.subscribe(() => {}) };
  };
  const gone = observe("show", { runId: "run_1" });
  observe("list", { limit: 25 });
  await expect.poll(() => asked.toSorted()).toEqual(["list", "show"]);

  const forget = silence(client, ["run_1"]);
  await client.invalidateQueries();
  expect(asked.toSorted()).toEqual(["list", "list", "show"]);
  expect(gone.observer.getCurrentResult().data).toBe("show");

  gone.leave();
  forget();
  await client.invalidateQueries();
  expect(asked.filter((name) => name === "show")).toHaveLength(1);
  expect(client.getQueryCache().findAll()).toHaveLength(1);
});
