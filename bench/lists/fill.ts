import { sql } from "drizzle-orm";
import { seedTeam } from "#bench/lists/seed.ts";
import { createDb } from "#db/client.ts";

// node bench/lists/fill.ts DATABASE_URL PROJECT: fill a console of your own to look at its pages at a team's scale.
const [url, slug = "default"] = process.argv.slice(2);
if (!url) throw new Error("name the database: node bench/lists/fill.ts postgres://… default");
const db = createDb(url, { max: 1, name: "fill" });
const [project] = await db.execute<{ id: string }>(sql`select id from projects where slug = ${slug}`);
if (!project) throw new Error(`there is no project ${slug}`);
console.log(await seedTeam(db, project.id));
await db.$client.end();
