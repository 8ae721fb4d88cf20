import type { HomeData } from "#components/home/home-data.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { ButtonLink, TextLink } from "#components/ui/button.tsx";
import { plural } from "#components/ui/format.ts";

/** What cannot go on without a person, on top of the page. */
export function WaitingBanner({ data }: { data: HomeData }) {
  const { slug } = useProject();
  const [first, ...more] = data.inProgress.imports.filter((each) => each.status === "needs_review");
  if (!first) return null;
  const { act, words } = askedOf(first);
  return (
    <Banner
      tone="ask"
      title={`${first.name} v${first.version} waits for you.`}
      actions={<ButtonLink href={`/${slug}/datasets/${first.datasetId}?version=${first.version}`}>{act}</ButtonLink>}
    >
      {words} Until then nothing can be trained on it.{" "}
      {more.length > 0 && (
        <TextLink href={`/${slug}/datasets?status=needs_review`}>See all datasets that wait</TextLink>
      )}
    </Banner>
  );
}

function askedOf({ review, badRows }: HomeData["inProgress"]["imports"][number]) {
  if (review === "mapping")
    return { act: "Choose columns", words: "Its columns match no known layout: say what they are." };
  const problems =
    badRows === null
      ? "Some rows have problems"
      : `${plural(badRows, "row")} ${badRows === 1 ? "has" : "have"} problems`;
  return { act: "See rows", words: `${problems}: set them aside or refuse the file.` };
}
