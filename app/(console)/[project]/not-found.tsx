import { SearchX } from "lucide-react";
import { Page } from "#components/ui/page-head.tsx";
import { EmptyState } from "#components/ui/states.tsx";

export default function NotFound() {
  return (
    <Page>
      <EmptyState icon={<SearchX aria-hidden />} title="Not here">
        This project has no such page or thing. It may have been archived, or the address may name another project.
        Search at the top finds things by name or id.
      </EmptyState>
    </Page>
  );
}
