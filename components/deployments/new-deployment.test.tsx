// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { NewDeployment } from "#components/deployments/new-deployment.tsx";
import { onPage, type TestPage } from "#components/testing.tsx";
import { createDeployment } from "#server/deployments/create.ts";
import { addVersion } from "#server/deployments/deployments.fixture.ts";

const name = () => screen.getByLabelText<HTMLInputElement>(/^Model name for clients/);
const create = () => screen.getByRole("button", { name: "Create deployment" });

async function aVersion({ db, projectId }: TestPage["ctx"]) {
  const { versionId } = await addVersion(db, projectId, "nano", { baseSha: "a".repeat(64) });
  return versionId;
}

test("a name that is taken is refused at the name, and the draft stays", () =>
  onPage(async ({ open, slug, ctx, visited }) => {
    const id = await aVersion(ctx);
    await createDeployment(ctx, { name: "support", revisions: [{ model: id, weightBps: 10_000 }] });
    open(<NewDeployment slug={slug} />, `model=${id}`);
    await userEvent.type(name(), "support");
    await userEvent.click(create());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("there is a deployment support already");
    expect(name().getAttribute("aria-invalid")).toBe("true");
    expect(visited).toEqual([]);
    await userEvent.type(name(), "-2");
    await waitFor(() => expect(name().getAttribute("aria-invalid")).toBeNull());
    await userEvent.click(create());
    await waitFor(() => expect(visited).toHaveLength(1), { timeout: 10_000 });
    open(<NewDeployment slug={slug} />, `model=${id}`);
    expect(name().value).toBe("");
  }));

test("a draft comes back with its revisions and their shares", () =>
  onPage(async ({ open, slug, ctx }) => {
    const id = await aVersion(ctx);
    open(<NewDeployment slug={slug} />, `model=${id}`);
    await userEvent.click(screen.getByRole("button", { name: "Add a version" }));
    const share = screen.getByLabelText<HTMLInputElement>("v2 share, typed");
    await userEvent.clear(share);
    await userEvent.type(share, "25");
    open(<NewDeployment slug={slug} />, `model=${id}`);
    expect(screen.getByText("Draft restored")).toBeDefined();
    expect(screen.getByLabelText<HTMLInputElement>("v1 share, typed").value).toBe("75");
    expect(screen.getByLabelText<HTMLInputElement>("v2 share, typed").value).toBe("25");
  }));

test("a name out of the rules says so at its field and in words why it cannot be created", () =>
  onPage(async ({ open, slug, ctx }) => {
    const id = await aVersion(ctx);
    open(<NewDeployment slug={slug} />, `model=${id}`);
    await userEvent.type(name(), "Support!");
    await userEvent.tab();
    expect((await screen.findByRole("alert")).textContent).toContain("use lower-case letters");
    expect(create().getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText("Use lower-case letters, digits, dots, dashes and underscores")).toBeDefined();
  }));
