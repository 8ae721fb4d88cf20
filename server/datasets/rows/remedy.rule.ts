/** A file's name where a command in a remedy needs one; FILE while it is not known or cannot stand there. */
export function fileWord(filename: string | null): string {
  if (filename === null || !/^[\p{L}\p{N}][\p{L}\p{N}._ ()+-]*$/u.test(filename)) return "FILE";
  return /^[\p{L}\p{N}._+-]+$/u.test(filename) ? filename : `'${filename}'`;
}

/** A name for what a command makes of a file, beside it. */
function resultWord(filename: string | null, suffix: string): string {
  const name = fileWord(filename).replaceAll("'", "");
  return fileWord(`${name.replace(/\.[\p{L}\p{N}]{1,8}$/u, "")}-${suffix}.jsonl`);
}

/** `iconv … tickets.jsonl > tickets-utf8.jsonl`. */
export function convertTo(suffix: string, command: string, filename: string | null): string {
  return `${command} ${fileWord(filename)} > ${resultWord(filename, suffix)}`;
}

/** How a table becomes JSONL. */
export function withPandas(reader: string, filename: string | null): string {
  const name = fileWord(filename).replaceAll("'", "");
  const result = `${name.replace(/\.[\p{L}\p{N}]{1,8}$/u, "")}.jsonl`;
  return `python -c "import pandas; pandas.${reader}('${name}').to_json('${result}', orient='records', lines=True)"`;
}
