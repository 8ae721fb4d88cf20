// @vitest-environment happy-dom
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { Picker } from "#components/ui/picker.tsx";
import { usePickerSearch } from "#components/ui/picker-list.tsx";

const names = ["nano/1", "hotel/1", "hotel/2", "triage/1"];
/** What the server still owes: the search it was asked, answered by calling it. */
let answer: (search: string) => void = () => {};

afterEach(cleanup);

/** A picker whose server answers when the test says so; until then the rows of the former text are shown. */
function Page({ onChoose }: { onChoose: (value: string) => void }) {
  const search = usePickerSearch();
  const [answered, setAnswered] = useState("");
  const [value, setValue] = useState("");
  answer = setAnswered;
  const rows = names.filter((name) => name.includes(answered)).map((name) => ({ value: name, label: name }));
  const query = { data: { total: rows.length }, error: null, isPlaceholderData: answered !== search.search };
  const choose = (next: string) => {
    setValue(next);
    onChoose(next);
  };
  return (
    <>
      <p>asked for {search.search}</p>
      <Picker
        label="Version"
        noun="version"
        value={value}
        onChoose={choose}
        search={search}
        query={query}
        options={rows}
      />
    </>
  );
}

async function open() {
  const chosen: string[] = [];
  render(<Page onChoose={(value) => chosen.push(value)} />);
  screen.getByRole("combobox", { name: /^Version/ }).focus();
  await userEvent.keyboard("{ArrowDown}");
  await screen.findByRole("option", { name: "nano/1" });
  return chosen;
}

const active = () => screen.queryAllByRole("option", { selected: true }).map((row) => row.textContent);

test("Enter typed at once waits for the answer to what was typed and chooses its best match, no row of the text before", async () => {
  const chosen = await open();
  await userEvent.keyboard("hotel{Enter}");
  await screen.findByText("asked for hotel"); // and no answer has come
  expect(chosen).toEqual([]);
  act(() => answer("hotel"));
  await waitFor(() => expect(chosen).toEqual(["hotel/1"]));
});

test("a text that goes on takes the Enter before back", async () => {
  const chosen = await open();
  await userEvent.keyboard("hot{Enter}el/2");
  act(() => answer("hot"));
  act(() => answer("hotel/2"));
  await waitFor(() => expect(active()).toEqual(["hotel/2"]));
  expect(chosen).toEqual([]);
  await userEvent.keyboard("{Enter}");
  expect(chosen).toEqual(["hotel/2"]);
});

test("where nothing fits Enter chooses nothing, and arrows choose among the rows that fit", async () => {
  const chosen = await open();
  await userEvent.keyboard("zzz{Enter}");
  act(() => answer("zzz"));
  await screen.findByText("No version fits “zzz”.");
  expect(chosen).toEqual([]);
  await userEvent.keyboard("{Backspace}{Backspace}{Backspace}hotel{ArrowDown}");
  await screen.findByText("asked for hotel");
  expect(active()).toEqual([]); // the rows are those of zzz
  act(() => answer("hotel"));
  await waitFor(() => expect(active()).toEqual(["hotel/1"]));
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(chosen).toEqual(["hotel/2"]);
});
