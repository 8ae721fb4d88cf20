import type { Command } from "commander";
import { type Connection, connect } from "#cli/client.ts";
import { addDelete, nullIfMissing } from "#cli/deletion.ts";
import { collect, type Paging, paged, printList } from "#cli/list.ts";
import { failureText, registerImport } from "#cli/models/import-model.ts";
import { print, table } from "#cli/output.ts";
import { type AliasName, aliasNames } from "#db/enums.ts";
import { DomainError } from "#server/errors.ts";

type Model = Awaited<ReturnType<Connection["trpc"]["models"]["show"]["query"]>>;
type Version = Model["versions"][number];

/** `forge models import|list|show|delete|promote|alias`. */
export function registerModels(program: Command): void {
  const models = program.command("models").description("what runs start from and deployments serve");
  registerImport(models);
  paged(models.command("list"))
    .description("the registered models, newest first")
    .option("--search <text>", "part of the name")
    .action(async ({ search, ...paging }: Paging & { search?: string }, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const list = await collect((page) => trpc.models.list.query({ search, ...page }), paging);
      const headers = ["name", "kind", "latest", "status", "champion", "against", "deployments"];
      printList(command, list, headers, (row) => [
        row.name,
        row.kind,
        row.latest ? `${row.name}/${row.latest.version}` : null,
        row.latest?.status ?? null,
        row.champion ? `${row.name}/${row.champion.version}` : null,
        row.headline?.headline ? headlineText(row.headline) : null,
        row.deployments.map((one) => one.name).join(", ") || null,
      ]);
    });
  models
    .command("show")
    .description("a model with its versions, or one version with its files")
    .argument("<name>", "NAME, NAME/3, an id or a short id")
    .action(async (name: string, _options: unknown, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const [modelName = name, number] = name.split("/");
      const model = await trpc.models.show.query({ model: modelName });
      if (number === undefined) return print(command, model, modelText);
      const version = model.versions.find((one) => String(one.version) === number);
      if (!version) throw new DomainError("NOT_FOUND", `there is no model version ${name}`);
      const artifacts = await trpc.models.artifacts.query({ version: version.id });
      print(command, { ...version, artifacts }, (shown) => {
        const files = shown.artifacts.flatMap(({ kind, files }) =>
          files.map((file) => [kind, file.path, file.bytes, file.sha256]),
        );
        return `${versionText(shown)}\n${table(["artifact", "file", "bytes", "sha256"], files)}`;
      });
    });
  addDelete(
    models,
    "model",
    {
      argument: "<name>",
      help: "NAME/3, or NAME for the whole model; an id or a short id",
      description: "delete a version with its weights, or a model with all its versions",
    },
    async ({ trpc }, name) => {
      const model = await trpc.models.deleteAffects.query({ model: name }).catch(nullIfMissing);
      if (model) return { affects: model, remove: () => trpc.models.delete.mutate({ model: model.id }) };
      const affects = await trpc.models.deleteVersionAffects.query({ version: name });
      return { affects, noun: "model version", remove: () => trpc.models.deleteVersion.mutate({ version: name }) };
    },
  );
  models
    .command("remove", { hidden: true })
    .description("take a version away whose import failed; its model too when it has no other")
    .argument("<version>", "NAME/3")
    .action(async (version: string, _options: unknown, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      const [modelName = version] = version.split("/");
      const { versions } = await trpc.models.show.query({ model: modelName });
      const meant = versions.find((one) => one.name === version) ?? (versions.length === 1 ? versions[0] : undefined);
      if (meant?.status !== "failed")
        throw new DomainError("CONFLICT", `${version} has not failed: ./forge models delete takes any version away`);
      const removed = await trpc.models.deleteVersion.mutate({ version: meant.id });
      print(command, removed, ({ name }) => `${name} is removed`);
    });
  registerPromote(models);
}

type Promote = { alias: string; force?: boolean; reason?: string };

function registerPromote(models: Command) {
  models
    .command("promote")
    .description("make a version champion; exit 5 when the gate refuses")
    .argument("<version>", "NAME/3")
    .option("--alias <name>", "champion or challenger", "champion")
    .option("--force", "override a gate that cannot tell; takes --reason")
    .option("--reason <text>", "why, kept in the audit log")
    .action(async (version: string, options: Promote, command: Command) => {
      const { force, reason } = options;
      const { trpc } = connect(command.optsWithGlobals());
      const moved = await trpc.promotions.promote.mutate({ version, alias: aliasOf(options.alias), force, reason });
      print(command, moved, (done) => `${done.version.name} is the ${done.alias}${done.forced ? " (forced)" : ""}`);
    });
  models
    .command("alias")
    .description("give a version an alias, or take one away")
    .argument("<name>", "NAME/3, or NAME with --remove")
    .argument("<alias>", "champion or challenger")
    .option("--remove", "from whichever version holds it")
    .action(async (name: string, alias: string, { remove }: { remove?: boolean }, command: Command) => {
      const { trpc } = connect(command.optsWithGlobals());
      if (!remove) {
        const moved = await trpc.promotions.promote.mutate({ version: name, alias: aliasOf(alias) });
        return print(command, moved, (done) => `${done.version.name} is the ${done.alias}`);
      }
      const [model = name] = name.split("/");
      const removed = await trpc.models.removeAlias.mutate({ model, alias: aliasOf(alias) });
      print(command, removed, (done) => `${done.model} has no ${done.alias} any more`);
    });
}

function aliasOf(text: string): AliasName {
  const alias = aliasNames.find((one) => one === text);
  if (!alias) throw new DomainError("INVALID", `an alias is ${aliasNames.join(" or ")}`, { field: "alias" });
  return alias;
}

function headlineText({ baseline, headline }: Version["evals"][number]): string {
  if (!headline) return "not measured";
  const points = (headline.difference.score * 100).toFixed(1);
  const verdict = headline.verdict === "cannot tell" ? "cannot tell from" : `${headline.verdict} than`;
  return `${verdict} ${baseline}, ${points.startsWith("-") ? "" : "+"}${points} points`;
}

function modelText(model: Model): string {
  const rows = model.versions.map((version) => [
    version.name,
    version.status,
    version.aliases.join(", ") || null,
    version.base?.name ?? version.source?.location ?? null,
    version.dataset?.name ?? null,
    version.evals[0] ? headlineText(version.evals[0]) : null,
    version.fineTunedName,
  ]);
  const failures = model.versions.flatMap(({ name, status, error }) =>
    status === "failed" ? [`${name} failed: ${failureText(error)}. ./forge models delete ${name} takes it away`] : [],
  );
  const shown = table(["version", "status", "aliases", "from", "data", "eval", "name"], rows);
  return [`${model.name} (${model.kind})`, shown, ...failures].join("\n");
}

function versionText(version: Version): string {
  const error = version.error ? `: ${failureText(version.error)}` : "";
  const lines = [
    `${version.name}: ${version.status}${error}`,
    version.aliases.length > 0 ? `  ${version.aliases.join(", ")}` : "",
    version.fineTunedName ? `  callable as ${version.fineTunedName}` : "",
    version.base ? `  from ${version.base.name}, data ${version.dataset?.name ?? "unknown"}` : "",
    ...version.evals.map((one) => `  eval ${one.id}: ${one.headline ? headlineText(one) : one.status}`),
    ...version.deployments.map((one) => `  serves ${one.weightBps / 100} % of ${one.name}`),
  ];
  return lines.filter(Boolean).join("\n");
}
