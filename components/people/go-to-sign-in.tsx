"use client";
import { useEffect } from "react";

/** Sends a visitor to sign in and back to where they are; a full load, so that nothing of a former session stays. */
export function goToSignIn() {
  const here = window.location.pathname + window.location.search;
  window.location.replace(`/sign-in?next=${encodeURIComponent(here)}`);
}

export function GoToSignIn() {
  useEffect(goToSignIn, []);
  return <p className="p-6 text-ink-3">Taking you to the sign-in page …</p>;
}
