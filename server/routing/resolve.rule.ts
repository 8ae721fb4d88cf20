import { bareVersion } from "#server/deployments/bare-name.rule.ts";

/** One callable (or not yet callable) version of a registered model. */
export type NamedVersion = {
  id: string;
  number: number;
  /** null when it can be called; else the rest of the sentence "support/3 …" */
  notReady: string | null;
};

export type NamedModel = {
  name: string;
  versions: ReadonlyMap<number, NamedVersion>;
  /** alias → version number */
  aliases: ReadonlyMap<string, number>;
};

/** Every name a project's callers may put into `model`. */
export type NameBook = {
  /** deployment name → deployment id */
  deployments: ReadonlyMap<string, string>;
  models: ReadonlyMap<string, NamedModel>;
  /** `ft:…` → its version */
  fineTuned: ReadonlyMap<string, { model: string; number: number }>;
};

export type Resolution =
  | { to: "deployment"; deploymentId: string }
  | { to: "version"; versionId: string; model: string; number: number }
  | { to: "nothing"; why: string };

const numbered = /^(.+)\/([1-9]\d{0,8})$/;
const aliased = /^(.+)@([^@/]+)$/;

/**
 * What does `model` mean? A bare name is a deployment first, else a model's champion, else its only version;
 * `NAME/N`, `NAME@alias` and `ft:…` always mean models. `why` is a whole sentence for the caller.
 */
export function resolveName(book: NameBook, name: string): Resolution {
  if (name.startsWith("ft:")) return resolveFineTuned(book, name);
  const withNumber = numbered.exec(name);
  if (withNumber?.[1] && withNumber[2]) return resolveNumber(book, name, withNumber[1], Number(withNumber[2]));
  const withAlias = aliased.exec(name);
  if (withAlias?.[1] && withAlias[2]) return resolveAlias(book, name, withAlias[1], withAlias[2]);
  const deploymentId = book.deployments.get(name);
  if (deploymentId) return { to: "deployment", deploymentId };
  return resolveBare(book, name);
}

function resolveFineTuned(book: NameBook, name: string): Resolution {
  const found = book.fineTuned.get(name);
  const model = found && book.models.get(found.model);
  const version = found && model?.versions.get(found.number);
  return found && model && version ? toVersion(model, version, name) : missing(name);
}

function resolveNumber(book: NameBook, name: string, modelName: string, number: number): Resolution {
  const model = book.models.get(modelName);
  if (!model) return missing(name);
  const version = model.versions.get(number);
  return version ? toVersion(model, version, name) : nothing(`the model ${modelName} has no version ${number}`);
}

function resolveAlias(book: NameBook, name: string, modelName: string, alias: string): Resolution {
  const model = book.models.get(modelName);
  if (!model) return missing(name);
  const number = model.aliases.get(alias);
  const version = number === undefined ? undefined : model.versions.get(number);
  return version ? toVersion(model, version, name) : nothing(`the model ${modelName} has no alias ${alias}`);
}

function resolveBare(book: NameBook, name: string): Resolution {
  const model = book.models.get(name);
  if (!model) return missing(name);
  const champion = model.aliases.get("champion");
  const version = bareVersion(
    [...model.versions.values()],
    champion === undefined ? undefined : model.versions.get(champion),
  );
  if (version) return toVersion(model, version, name);
  if (model.versions.size === 0) return nothing(`the model ${name} has no version yet`);
  return nothing(
    `the model ${name} has ${model.versions.size} versions and no champion: ask for one of them, like ${name}/1, or promote one`,
  );
}

function toVersion(model: NamedModel, version: NamedVersion, name: string): Resolution {
  if (version.notReady) return nothing(`${name} ${version.notReady}`);
  return { to: "version", versionId: version.id, model: model.name, number: version.number };
}

function missing(name: string): Resolution {
  return nothing(
    `the model ${name} does not exist in this project, or this key may not use it: GET /v1/models lists what it may call`,
  );
}

function nothing(why: string): Resolution {
  return { to: "nothing", why };
}
