import { notFound } from "next/navigation";

/** An address under a project that no page answers keeps the project's shell around it. */
export default function Missing() {
  notFound();
}
