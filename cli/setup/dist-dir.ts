/** Where this invocation's console build lies: `.next`, or a test's own. */
export function distDirOf(): string {
  return process.env.NEXT_DIST_DIR || ".next";
}
