"use client";
import { useQuery } from "@tanstack/react-query";
import { MessageSquare } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";
import { failureOf } from "#components/failure.ts";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { Composer } from "#components/playground/composer.tsx";
import { Pane } from "#components/playground/pane.tsx";
import { Ask, Draft, emptyDraft, type Pane as PaneState, type Side, sides } from "#components/playground/panes.ts";
import { useTalk } from "#components/playground/use-talk.ts";
import { useProject, useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";

const waitingMs = 3_000;

/** `?model=triage/3&with=nano` chooses both sides. */
const inUrl = { model: parseAsString, with: parseAsString };

export function PlaygroundPage({ apiUrl }: { apiUrl: string }) {
  const trpc = useTRPC();
  const { slug } = useProject();
  const refusal = useRefusal("playground.send");
  const list = useQuery(
    trpc.routing.callable.queryOptions(
      { search: "" },
      {
        refetchInterval: ({ state }) =>
          state.data?.items.some((choice) => choice.notCallable === null) ? false : waitingMs,
      },
    ),
  );
  const choices = list.data?.items ?? [];
  const [asked, setAsked] = useQueryStates(inUrl);
  const talk = useTalk(slug);
  const first = choices.find((choice) => choice.notCallable === null)?.name ?? "";
  const form = useVerbForm({
    schema: Ask,
    initial: emptyDraft,
    draft: { project: slug, form: "playground", schema: Draft },
    send: async (draft) => talk.send(draft),
    onDone: clearPrompt,
  });
  const { set } = form;
  const { values: draft, problem } = form.read((typed) => ({
    ...typed,
    left: { ...typed.left, model: asked.model ?? (typed.left.model || first) },
    right: { ...typed.right, model: asked.with ?? typed.right.model },
  }));

  function clearPrompt(): void {
    set("prompt", "");
  }

  function change(side: Side, part: Partial<PaneState>) {
    set(side, { ...draft[side], ...part });
    if (part.model !== undefined) void setAsked({ model: null, with: null });
  }

  function copyOver(from: Side) {
    const to = from === "left" ? "right" : "left";
    set(to, { ...draft[from], model: draft[to].model });
  }

  const example = useQuery(
    trpc.routing.example.queryOptions({ name: draft.left.model }, { enabled: draft.left.model !== "", retry: false }),
  );
  const isFresh = talk.turns.length === 0 && draft.prompt === "";

  /** A row that the left model was held to, for both sides: its system turn and its question. */
  function tryExample(messages: readonly { role: string; content: string }[]) {
    const system = messages.find((turn) => turn.role === "system")?.content ?? "";
    const prompt = messages.findLast((turn) => turn.role === "user")?.content ?? "";
    set("prompt", prompt);
    for (const side of sides) set(side, { ...draft[side], system });
  }

  return (
    <div className="mx-auto flex w-full max-w-310 flex-col gap-4 px-4 pt-4 pb-24 md:h-[calc(100dvh-3rem)] md:p-6">
      <PageHead
        title="Playground"
        purpose="Ask two models the same thing; the times are measured at the gateway."
        actions={
          <Button disabledReason={talk.turns.length === 0 ? "No messages yet" : undefined} onClick={talk.clear}>
            New conversation
          </Button>
        }
      />
      {list.error && <ErrorState message={failureOf(list.error).message} onRetry={() => list.refetch()} />}
      {list.data?.items.length === 0 ? (
        <div className="rounded-lg border bg-panel">
          <EmptyState
            icon={<MessageSquare aria-hidden />}
            title="Nothing can be called yet"
            action={<ButtonLink href={`/${slug}/models`}>Open models</ButtonLink>}
          >
            Import a base model, or wait until the first run has made one: then it can be tried here.
          </EmptyState>
        </div>
      ) : (
        // on a phone the prompt stands above the answers, which lie one below the other
        <div className="flex min-h-0 flex-1 flex-col gap-4 max-md:flex-col-reverse">
          <div className="grid min-h-0 flex-1 gap-4 md:grid-cols-2">
            {sides.map((side) => (
              <Pane
                key={side}
                side={side}
                draft={draft}
                turns={talk.turns}
                apiUrl={apiUrl}
                onChange={(part) => change(side, part)}
                onCopyOver={() => copyOver(side)}
                onStop={() => talk.stop(side)}
              />
            ))}
          </div>
          <Composer
            value={draft.prompt}
            onChange={(prompt) => set("prompt", prompt)}
            onSend={() => void form.submit()}
            onStop={() => talk.stop()}
            busy={talk.busy}
            disabledReason={refusal ?? problem}
            example={isFresh && example.data ? example.data : null}
            onExample={tryExample}
          />
        </div>
      )}
    </div>
  );
}
