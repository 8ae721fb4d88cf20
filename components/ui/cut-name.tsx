/** A name that people chose, on one line of a table: a long one is cut and told whole on hover, so that no column is pushed out. */
export function CutName({ name }: { name: string }) {
  return (
    <span className="inline-block max-w-[min(20rem,60vw)] truncate align-bottom" title={name}>
      {name}
    </span>
  );
}
