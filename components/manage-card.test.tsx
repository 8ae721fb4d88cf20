// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { ManageProject } from "#components/projects/manage-project.tsx";
import { ManageRun } from "#components/runs/run-actions.tsx";
import { onPage } from "#components/testing.tsx";
import { projects } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import { showRun } from "#server/runs/show.ts";
import { testRun } from "#server/runs/testing.ts";

const button = (name: string) => screen.getByRole("button", { name });
const field = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Name" });

test("a project is renamed once its name was changed, and a name that breaks a rule is refused at its field", () =>
  onPage(async ({ open, slug, ctx }) => {
    open(<ManageProject name={slug} slug={slug} />);
    expect(button("Rename").getAttribute("aria-disabled")).toBe("true");
    await userEvent.type(field(), "x".repeat(61));
    await userEvent.click(button("Rename"));
    expect((await screen.findByRole("alert")).textContent).toBe("use at most 60 characters");
    await userEvent.clear(field());
    await userEvent.type(field(), "Support");
    await userEvent.click(button("Rename"));
    const named = () => ctx.db.select({ name: projects.name }).from(projects).where(eq(projects.id, ctx.projectId));
    await waitFor(async () => expect(await named()).toEqual([{ name: "Support" }]), { timeout: 10_000 });
  }));

test("a role that may not end or rename a project reads why at each button", () =>
  onPage(
    async ({ open, slug }) => {
      open(<ManageProject name={slug} slug={slug} />);
      for (const act of ["Rename", "Archive project", "Delete project"])
        expect(button(act).getAttribute("aria-disabled")).toBe("true");
      await userEvent.hover(button("Delete project"));
      expect((await screen.findByRole("tooltip")).textContent).toContain("Your role, viewer, may not do this.");
    },
    { role: "viewer" },
  ));

test("an ended run is deleted from its page, which says first what that affects", () =>
  onPage(async ({ open, slug, ctx, visited }) => {
    const runId = await testRun(ctx, { status: "cancelled" });
    open(<ManageRun slug={slug} run={await showRun(ctx, { runId })} />);
    await userEvent.click(button("Delete run"));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Delete triage?" }, { timeout: 10_000 }));
    await userEvent.click(dialog.getByRole("button", { name: "Delete run" }));
    await waitFor(() => expect(visited).toEqual([`/${slug}/runs`]), { timeout: 10_000 });
    const [gone] = await ctx.db.select().from(runs).where(eq(runs.id, runId));
    expect(gone?.deletedAt).not.toBeNull();
  }));
