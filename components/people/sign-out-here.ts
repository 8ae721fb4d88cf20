import { signOut } from "next-auth/react";

/** End this session and open the sign-in page. `redirect: false`: next-auth would go to the public address instead of this one. */
export async function signOutHere() {
  await signOut({ redirect: false });
  window.location.assign("/sign-in");
}
