// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ImportModelFlow } from "#components/models/import-model.tsx";
import { onPage } from "#components/testing.tsx";
import { newId } from "#db/ids.ts";
import { models } from "#db/schema/models.ts";

const field = (name: string) => screen.getByRole<HTMLInputElement>("textbox", { name });
const send = () => screen.getByRole("button", { name: "Import" });

test("a model from the Hub is called as its repository where no name is typed", () =>
  onPage(async ({ open, slug, visited, enqueued }) => {
    open(<ImportModelFlow slug={slug} />);
    await userEvent.type(field("Hub id"), "Qwen/Qwen3-0.6B");
    expect(screen.getByText("Left empty it is called qwen3-0.6b.")).toBeDefined();
    await userEvent.click(send());
    await waitFor(() => expect(visited).toHaveLength(1), { timeout: 10_000 });
    expect(visited[0]).toMatch(new RegExp(`^/${slug}/models/mod_`));
    expect(enqueued.map(({ name }) => name)).toContain("models.import");
  }));

test("an id that is none is refused at its field before anything is sent", () =>
  onPage(async ({ open, slug }) => {
    open(<ImportModelFlow slug={slug} />);
    await userEvent.type(field("Hub id"), "qwen3");
    await userEvent.tab();
    expect((await screen.findByRole("alert")).textContent).toContain("write the id as owner/name");
    expect(send().getAttribute("aria-disabled")).toBe("true");
  }));

test("the name of a tuned model is refused at the name, and what was typed is back after a reload", () =>
  onPage(async ({ open, slug, ctx }) => {
    const { projectId, actor } = ctx;
    await ctx.db
      .insert(models)
      .values({ id: newId("model"), name: "support", kind: "tuned", projectId, createdBy: actor });
    open(<ImportModelFlow slug={slug} />);
    await userEvent.type(field("Hub id"), "Qwen/Qwen3-0.6B");
    await userEvent.type(field("Name"), "support");
    await userEvent.click(send());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("support is the name of a tuned model");
    expect(field("Name").getAttribute("aria-invalid")).toBe("true");
    open(<ImportModelFlow slug={slug} />);
    expect(screen.getByText("Draft restored")).toBeDefined();
    expect(field("Name").value).toBe("support");
    expect(field("Hub id").value).toBe("Qwen/Qwen3-0.6B");
  }));
