import { DomainError } from "#server/errors.ts";
import { isCommonPassword, isTheirOwn } from "#server/people/common-password.rule.ts";

let known: Promise<ReadonlySet<string>> | null = null;

/** The 49,000 most used ones, read with the first new password: 3 MB that a console without sign-ups never holds. */
function commonPasswords() {
  known ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) => new Set(dictionary["passwords-common"].map((password) => String(password).toLowerCase())),
  );
  return known;
}

/** Throws INVALID for a new password that guessers try first: a common one, or the person's own name or e-mail. */
export async function requireUncommon(
  password: string,
  person: { email: string; name: string; field: string },
): Promise<void> {
  const { field } = person;
  if (isTheirOwn(password, person))
    throw new DomainError("INVALID", "this is your own name or e-mail, which is guessed first: choose another one", {
      field,
    });
  if (isCommonPassword(password, await commonPasswords()))
    throw new DomainError(
      "INVALID",
      "this password is on the lists of common passwords: choose another one, for example four unrelated words",
      { field },
    );
}
