import { signIn } from "next-auth/react";

/** Sign in with e-mail and password; the reason when it was refused, null when it worked. */
export async function signInWith(email: string, password: string): Promise<string | null> {
  const result = await signIn("credentials", { email, password, redirect: false });
  if (result?.ok && !result.error) return null;
  return result?.error ?? "The console did not answer. Check that it is running, then try again.";
}
