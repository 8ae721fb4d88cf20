// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { NewSuite } from "#components/evals/new-suite.tsx";
import { onPage } from "#components/testing.tsx";
import { testDataset } from "#server/runs/testing.ts";

const field = (label: RegExp | string) => screen.getByLabelText<HTMLInputElement>(label);
const create = () => screen.getByRole("button", { name: "Create suite" });

test("what was typed is back after a reload, says so, and leaves when it is discarded", () =>
  onPage(async ({ open, slug }) => {
    open(<NewSuite slug={slug} />);
    await userEvent.type(field("Name"), "held out");
    open(<NewSuite slug={slug} />);
    expect(field("Name").value).toBe("held out");
    expect(screen.getByText("Draft restored")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Discard draft" }));
    expect(field("Name").value).toBe("");
    open(<NewSuite slug={slug} />);
    expect(field("Name").value).toBe("");
    expect(screen.queryByText("Draft restored")).toBeNull();
  }));

test("a draft belongs to its project and to what a link asked for", () =>
  onPage(async ({ open, slug }) => {
    open(<NewSuite slug={slug} />);
    await userEvent.type(field("Name"), "held out");
    open(<NewSuite slug={slug} />, "dataset=dsv_other");
    expect(field("Name").value).toBe("");
    open(<NewSuite slug="another" />);
    expect(field("Name").value).toBe("");
    open(<NewSuite slug={slug} />);
    expect(field("Name").value).toBe("held out");
  }));

test("a number out of its bounds says so at its field, and why the suite cannot be created", () =>
  onPage(async ({ open, slug, ctx }) => {
    const { id } = await testDataset(ctx);
    open(<NewSuite slug={slug} />, `dataset=${id}`);
    await userEvent.type(field("Name"), "held out");
    await userEvent.clear(field("Max cases"));
    await userEvent.type(field("Max cases"), "5001");
    await userEvent.tab();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("at most 5,000 cases");
    expect(field("Max cases").getAttribute("aria-invalid")).toBe("true");
    expect(create().getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText("At most 5,000 cases")).toBeDefined();
    await userEvent.type(field("Max cases"), "{Backspace}");
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(create().getAttribute("aria-disabled")).toBeNull();
  }));

test("what the server refuses stands at the field it is about, and the draft stays", () =>
  onPage(async ({ open, slug, ctx }) => {
    const { id } = await testDataset(ctx, { status: "needs_review" });
    open(<NewSuite slug={slug} />, `dataset=${id}`);
    await userEvent.type(field("Name"), "held out");
    await userEvent.click(create());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("a suite needs a ready one");
    expect(screen.getByRole("combobox", { name: "Dataset" }).getAttribute("aria-invalid")).toBe("true");
    open(<NewSuite slug={slug} />, `dataset=${id}`);
    expect(field("Name").value).toBe("held out");
  }));
