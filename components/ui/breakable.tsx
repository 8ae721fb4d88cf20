import { Fragment } from "react";

/** After what a line of JSON, an address or a path may be broken. */
const breaksAfter = /(?<=[,:;{}[\]/?&=])(?=\S)/;

/** A text whose lines break between the parts of JSON and addresses before they break inside a word. Copied, it is unchanged. */
export function Breakable({ text }: { text: string }) {
  return text.split(breaksAfter).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no state
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
