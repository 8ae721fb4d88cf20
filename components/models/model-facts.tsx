import { formatEval, type Model, type Version } from "#components/models/data.ts";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { Fact, Facts } from "#components/ui/facts.tsx";
import { formatCompact, formatNumber, formatPercent, plural } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";

/** The key facts of the chosen version. */
export function ModelFacts({ model, version, champion }: { model: Model; version: Version; champion: Version | null }) {
  const measured = version.evals.find((one) => one.headline);
  const moved = model.aliases.find((one) => one.alias === "champion");
  const served = version.deployments;
  return (
    <Facts>
      <Fact
        label="Champion"
        value={champion?.name ?? "none yet"}
        muted={!champion}
        note={
          moved ? (
            <>
              <RelativeTime at={moved.movedAt} />
              {moved.overrideReason && <span className="text-hold">, gate overridden</span>}
            </>
          ) : (
            "promote a version to name one"
          )
        }
      />
      <Fact
        label="Latest eval"
        value={measured?.headline?.n ? formatPercent(measured.headline.candidate.score) : "not measured"}
        muted={!measured?.headline?.n}
        note={
          measured?.headline ? (
            <>
              {formatEval(measured)}{" "}
              <EvidenceChip
                kind={measured.headline.n > 0 ? "measured" : "missing"}
                source={`${measured.suite}, n = ${measured.headline.n}`}
              />
            </>
          ) : undefined
        }
      />
      <Fact
        label="Serves"
        value={served.length > 0 ? plural(served.length, "deployment") : "nothing"}
        muted={served.length === 0}
        note={served.map((one) => `${one.name} ${one.weightBps / 100} %`).join(", ") || undefined}
      />
      <Fact
        label="Parameters"
        value={version.parameters === null ? "not known" : formatCompact(version.parameters)}
        muted={version.parameters === null}
        note={version.base ? "of its base" : (version.architecture ?? undefined)}
      />
      <Fact
        label="Context"
        value={version.contextLength === null ? "not known" : `${formatNumber(version.contextLength)} tokens`}
        muted={version.contextLength === null}
      />
    </Facts>
  );
}
