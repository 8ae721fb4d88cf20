import { z } from "zod";

export const minPasswordCharacters = 10;

export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "an e-mail address has at most 254 characters")
  .pipe(z.email("this is not an e-mail address"));

/** Length, as NIST SP 800-63B asks, and (common-passwords.ts) no well-known one; no rules about kinds of characters. */
export const NewPassword = z
  .string()
  .min(minPasswordCharacters, `use at least ${minPasswordCharacters} characters`)
  .max(256, "use at most 256 characters");

export const PersonName = z
  .string()
  .trim()
  .min(1, "say how you want to be called")
  .max(80, "use at most 80 characters")
  .regex(/^\P{Cc}*$/u, "use no control characters");

export const SignIn = z.object({ email: Email, password: z.string().min(1, "type your password").max(1_024) });
export type SignIn = z.infer<typeof SignIn>;

export const NewPerson = z.object({ name: PersonName, email: Email, password: NewPassword });
export type NewPerson = z.infer<typeof NewPerson>;

export const ChangePassword = z.object({
  current: z.string().min(1, "type your password").max(1_024),
  next: NewPassword,
});
export type ChangePassword = z.infer<typeof ChangePassword>;

export const RenameMe = z.object({ name: PersonName });
export type RenameMe = z.infer<typeof RenameMe>;

export const EndSession = z.object({ sessionId: z.string().max(64) });
export type EndSession = z.infer<typeof EndSession>;

export const OneAccount = z.object({ userId: z.string().max(64) });
export type OneAccount = z.infer<typeof OneAccount>;

export const LinkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "this link is not complete: copy it whole");

export const SetPassword = z.object({ token: LinkToken, password: NewPassword });
export type SetPassword = z.infer<typeof SetPassword>;
