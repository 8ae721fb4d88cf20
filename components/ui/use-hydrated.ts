"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/**
 * False on the server and while the page takes over from the server's HTML. A query that the server did not prefetch and
 * that the shell asks too may have its answer before the page is taken over: what it shows must wait for this.
 */
export function useHydrated() {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
