import { type Command, InvalidArgumentError, Option } from "commander";
import { type Field, type HyperValue, isHyperValue, readField, showField } from "#server/runs/methods/field.ts";
import { fieldsOf, inSentence, type Method } from "#server/runs/methods/method.ts";

/** Add a flag per option of the method; what is not given is suggested by the control plane for the base and the data. */
export function addHyperParameters(command: Command, method: Pick<Method, "fields">): Command {
  for (const [, field] of fieldsOf(method)) command.addOption(optionOf(field));
  return command;
}

function optionOf(field: Field): Option {
  const option = new Option(field.flag, helpOf(field));
  if (field.kind === "switch") return option;
  if (field.kind === "choice") return option.choices(field.options);
  return option.argParser((text) => {
    const read = readField(field, text);
    if (!read.ok) throw new InvalidArgumentError(read.message);
    return [read.value]; // in a list: the library makes "" of null
  });
}

/** What it is, its bounds and what is taken without it. */
function helpOf(field: Field): string {
  const { suggest, label, help } = field;
  const facts = [
    ...(field.kind === "number" ? [boundsOf(field)] : []),
    typeof suggest === "function" ? "default: suggested for base and data" : `default: ${showField(field, suggest)}`,
  ];
  const what = field.kind === "switch" ? `turn ${field.flagSets ? "on" : "off"} "${label}"` : inSentence(label);
  return `${what}: ${inSentence(help.replace(/\.$/, ""))} (${facts.join("; ")})`;
}

function boundsOf({ min, max, none }: Extract<Field, { kind: "number" }>): string {
  return `${none ? `${none.typed}, or ` : ""}${min} to ${max}`;
}

/** The hyper-parameters among a command's parsed options. */
export function hyperParametersFrom(
  method: Pick<Method, "fields">,
  options: Readonly<Record<string, unknown>>,
): Record<string, HyperValue> {
  const chosen: Record<string, HyperValue> = {};
  for (const [key, field] of fieldsOf(method)) {
    const given = options[new Option(field.flag).attributeName()];
    const value = field.kind === "switch" && given ? field.flagSets : Array.isArray(given) ? given[0] : given;
    if (value !== undefined && isHyperValue(value)) chosen[key] = value;
  }
  return chosen;
}
