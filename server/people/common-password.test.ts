import { expect, test } from "vitest";
import { requireUncommon } from "#server/people/common-passwords.ts";
import { NewPassword } from "#server/people/input.ts";

const ada = { email: "ada.lovelace@example.test", name: "Ada Lovelace", field: "password" };

test.each([
  "1234567890",
  "9876543210",
  "abcdefghijkl",
  "qwertyuiop",
  "Password123!",
  "PASSWORDPASSWORD",
  "iloveyou1!",
  "aaaaaaaaaaaa",
  "abcabcabcabc",
  "ada.lovelace",
  "AdaLovelace1815",
  "ada.lovelace@example.test",
])("%s is guessed first and refused", async (password) => {
  await expect(requireUncommon(password, ada)).rejects.toMatchObject({ code: "INVALID", field: "password" });
});

test.each([
  "a long enough password",
  "correct horse battery",
  "tr0ub4dor&3xyz",
  "lovelace wrote notes on bernoulli",
  "ééééé çà va bien",
])("%s is taken", async (password) => {
  await requireUncommon(password, ada);
});

test("nine characters are too few, and the message says how many are needed", () => {
  expect(NewPassword.safeParse("nine char").error?.issues[0]?.message).toBe("use at least 10 characters");
});
