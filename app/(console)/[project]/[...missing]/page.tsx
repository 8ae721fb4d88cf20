import type { Metadata } from "next";
import { notFound } from "next/navigation";

export const metadata: Metadata = { title: "Not found" };

/** An address under a project that no page answers keeps the project's shell around it. */
export default function Missing() {
  notFound();
}
