import { expect, test } from "vitest";
import { createDb } from "#db/client.ts";
import { inDatabase } from "#db/testing.ts";
import { startDatabaseProxy } from "#server/gateway/database-proxy.fixture.ts";
import { createLiveHub } from "#server/ops/live/hub.ts";
import { until } from "#server/process.fixture.ts";
import { notifyLive } from "#server/signals/live.ts";

test("who asks while the database is away is refused, and who asks after it came back hears", () =>
  inDatabase(async ({ db, url }) => {
    const proxy = await startDatabaseProxy(url);
    await proxy.cut();
    const away = createDb(proxy.url, { max: 2, name: "test" });
    const hub = createLiveHub(away);
    try {
      await expect(hub.subscribe("project:a", () => {})).rejects.toThrow();
      await proxy.mend();
      const heard: object[] = [];
      await until(async () =>
        hub
          .subscribe("project:a", (hint) => heard.push(hint))
          .then(
            () => true,
            () => false,
          ),
      );
      heard.length = 0;
      await notifyLive({ db }, "project:a", { kind: "runs", id: "run_a" });
      await until(async () => heard.length > 0);
      expect(heard).toEqual([{ kind: "runs", id: "run_a" }]);
    } finally {
      await hub.close();
      await away.$client.end({ timeout: 1 });
      await proxy.cut();
    }
  }));
