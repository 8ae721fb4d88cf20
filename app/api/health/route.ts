/** The console process is alive; says nothing about the database, so that a restart does not cascade. */
export function GET() {
  return Response.json({ status: "ok" });
}
