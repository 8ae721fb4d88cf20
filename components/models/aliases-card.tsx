"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { AliasChip } from "#components/models/alias-chip.tsx";
import type { Model, Version } from "#components/models/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { notify } from "#components/ui/toast.tsx";
import { aliasNames } from "#db/enums.ts";

/** Who is champion and challenger, since when, and the ways to change it. */
export function AliasesCard({
  model,
  version,
  onPromote,
}: {
  model: Model;
  version: Version;
  onPromote: (version: Version) => void;
}) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const refusal = useRefusal("promotions.promote");
  const onSuccess = () => client.invalidateQueries(trpc.models.pathFilter());
  const challenge = useMutation(
    trpc.promotions.promote.mutationOptions({
      onSuccess,
      onError: (error) => notify.failed("The challenger was not moved", new Error(failureOf(error).message)),
    }),
  );
  const remove = useMutation(trpc.models.removeAlias.mutationOptions({ onSuccess }));
  const notReady = version.status === "ready" ? undefined : `${version.name} is not ready`;
  return (
    <Card title="Aliases" flush>
      <CardRows>
        {aliasNames.map((alias) => {
          const holder = model.aliases.find((one) => one.alias === alias);
          const own = holder?.versionId === version.id;
          const give = () =>
            alias === "champion"
              ? onPromote(version)
              : challenge.mutate({ version: version.id, alias, expected: holder?.versionId ?? null });
          return (
            <CardRow key={alias} className="flex-wrap">
              <div className="min-w-0 flex-1">
                <AliasChip alias={alias} />
                <p className="mt-1 text-ink-3 text-xs">
                  {holder ? (
                    <>
                      {model.name}/{holder.version} <RelativeTime at={holder.movedAt} />
                    </>
                  ) : (
                    "no version"
                  )}
                </p>
                {holder?.overrideReason && (
                  <p className="mt-0.5 break-words text-hold text-xs">Gate overridden: “{holder.overrideReason}”</p>
                )}
              </div>
              {!own && !(alias === "challenger" && version.aliases.includes("champion")) && (
                <Button
                  size="sm"
                  pending={alias === "challenger" && challenge.isPending}
                  disabledReason={refusal ?? notReady}
                  onClick={give}
                >
                  Assign to {version.name}
                </Button>
              )}
              {own && (
                <ConfirmDialog
                  trigger={
                    <Button size="sm" variant="ghost" disabledReason={refusal}>
                      Remove alias
                    </Button>
                  }
                  title={`Remove ${alias} from ${version.name}?`}
                  affects={[`${model.name}@${alias} points to no version until one is given it.`]}
                  confirmLabel="Remove alias"
                  onConfirm={() => remove.mutateAsync({ model: model.id, alias })}
                />
              )}
            </CardRow>
          );
        })}
      </CardRows>
    </Card>
  );
}
