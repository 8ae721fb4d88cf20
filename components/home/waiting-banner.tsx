import type { HomeData } from "#components/home/home-data.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { formatNumber, plural } from "#components/ui/format.ts";

/** What cannot go on without a person, on top of the page. */
export function WaitingBanner({ data }: { data: HomeData }) {
  const { slug } = useProject();
  const [first, ...more] = data.motion.imports.filter((each) => each.status === "needs_review");
  if (!first) return null;
  const problems =
    first.badRows === null
      ? "Some rows have problems"
      : `${plural(first.badRows, "row")} ${first.badRows === 1 ? "has" : "have"} problems`;
  return (
    <Banner
      tone="ask"
      title={`${first.name} v${first.version} waits for you.`}
      actions={<ButtonLink href={`/${slug}/datasets/${first.datasetId}`}>See rows</ButtonLink>}
    >
      {problems}. Set them aside or refuse the file; until then nothing can be trained on it.
      {more.length > 0 && ` ${formatNumber(more.length)} more like it.`}
    </Banner>
  );
}
