import { type Command, InvalidArgumentError } from "commander";
import { parseCount } from "#cli/options.ts";
import { print, say, table } from "#cli/output.ts";

/** The one form of every list under --json. `nextCursor` begins the next page, absent on the last one; `total` where it is counted. */
export type List<Item> = { items: Item[]; nextCursor?: string; total?: number };
type Page<Item> = { items: Item[]; nextCursor: string | null; total?: number };
export type Paging = { limit: number; cursor?: string };
type Row = readonly (string | number | null)[];

const pageSize = 100;
const mostItems = 10_000;

/** A list that comes in pages: `--limit` and `--cursor`. */
export function paged(command: Command): Command {
  return command
    .option("--limit <number>", `how many, at most ${mostItems}`, parseLimit, pageSize)
    .option("--cursor <cursor>", "go on where a page ended: the nextCursor it gave");
}

function parseLimit(text: string): number {
  const limit = parseCount(text);
  if (limit > mostItems) throw new InvalidArgumentError(`at most ${mostItems} at once; --cursor goes on from there.`);
  return limit;
}

/** Ask for as many pages of the server's as `limit` takes. */
export async function collect<Item>(
  ask: (page: Paging) => Promise<Page<Item>>,
  { limit, cursor }: Paging,
): Promise<List<Item>> {
  const items: Item[] = [];
  let next = cursor;
  let total: number | undefined;
  do {
    const page = await ask({ limit: Math.min(pageSize, limit - items.length), cursor: next });
    items.push(...page.items);
    next = page.nextCursor ?? undefined;
    total = page.total;
  } while (next && items.length < limit);
  return { items, nextCursor: next, total };
}

/** Print a list: the table, and on stderr how to go on when there is more. */
export function printList<Item>(
  command: Command,
  list: List<Item>,
  headers: readonly string[],
  cells: (item: Item) => Row,
): void {
  print(command, list, ({ items }) => table(headers, items.map(cells)));
  if (list.nextCursor) say(moreOf(list));
}

function moreOf({ items, nextCursor, total }: List<unknown>): string {
  const count = (value: number) => value.toLocaleString("en-US");
  const shown = total === undefined ? `the first ${count(items.length)}` : `${count(items.length)} of ${count(total)}`;
  return `${shown}; --limit shows more at once, --cursor ${nextCursor} goes on after these`;
}
