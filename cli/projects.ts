import type { Command } from "commander";
import { connect } from "#cli/client.ts";
import { addDelete } from "#cli/deletion.ts";
import { print, table } from "#cli/output.ts";

/** `forge projects list|create|delete`: the tenants of this installation, each with its own data, models and people. */
export function registerProjects(program: Command): void {
  const projects = program.command("projects").description("projects: each has its own data, models, keys and members");
  projects
    .command("list")
    .description("the projects of this installation, by name")
    .option("--archived", "the archived ones instead")
    .action(async ({ archived }: { archived?: boolean }, command: Command) => {
      const items = await connect(command.optsWithGlobals()).trpc.projects.list.query({ archived: archived ?? false });
      print(command, { items }, (found) =>
        table(
          ["slug", "name", "id"],
          found.items.map(({ slug, name, id }) => [slug, name, id]),
        ),
      );
    });
  projects
    .command("create")
    .description("a new project with the sample base model; the slug is made from its name")
    .argument("<name>", "what people call it")
    .action(async (name: string, _options: unknown, command: Command) => {
      const made = await connect(command.optsWithGlobals()).trpc.projects.create.mutate({ name });
      print(command, made, ({ slug }) => `${slug} is created: use it with --project ${slug}`);
    });
  addDelete(
    projects,
    "project",
    {
      argument: "<slug>",
      help: "its slug",
      description: "delete a project with all its data, models, runs, keys and request log",
    },
    async (_connection, slug) => {
      const { trpc } = connect({ project: slug });
      const affects = await trpc.projects.deleteAffects.query();
      return { affects, typeName: slug, remove: () => trpc.projects.delete.mutate({ slug }) };
    },
  );
}
