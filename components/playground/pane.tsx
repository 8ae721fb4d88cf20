"use client";
import { Code, MessageSquare, Settings2, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { AnswerView } from "#components/playground/answer-view.tsx";
import { ModelPicker } from "#components/playground/model-picker.tsx";
import { PaneSettings } from "#components/playground/pane-settings.tsx";
import {
  callOf,
  type Draft,
  hasMistake,
  type Pane as PaneState,
  type Side,
  type Turn,
} from "#components/playground/panes.ts";
import { isBusy } from "#components/playground/use-talk.ts";
import { SnippetTabs } from "#components/snippet-tabs.tsx";
import { curlOf, pythonOf, typescriptOf } from "#components/snippets.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";

const names: Record<Side, string> = { left: "Left model", right: "Right model" };
const nearBottomPx = 80;

export function Pane({
  side,
  draft,
  turns,
  apiUrl,
  onChange,
  onCopyOver,
  onStop,
}: {
  side: Side;
  draft: Draft;
  turns: readonly Turn[];
  apiUrl: string;
  onChange: (change: Partial<PaneState>) => void;
  onCopyOver: () => void;
  onStop: () => void;
}) {
  const pane = draft[side];
  const [open, setOpen] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const seen = useRef({ turns: 0, follow: true });
  const busy = turns.some((turn) => isBusy(turn[side]));
  const shown = turns.filter((turn) => turn[side]);

  // The newest words stay in sight, unless somebody scrolled up to read; a new turn always comes into sight.
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (turns.length !== seen.current.turns) seen.current = { turns: turns.length, follow: true };
    if (seen.current.follow) box.scrollTop = box.scrollHeight;
  }, [turns]);

  return (
    <section
      aria-label={names[side]}
      className="flex min-h-44 min-w-0 flex-col overflow-hidden rounded-lg border bg-panel md:min-h-0"
    >
      <header className="flex items-center gap-1.5 border-b px-3 py-2">
        <ModelPicker label={names[side]} value={pane.model} onChoose={(model) => onChange({ model })} />
        {busy && (
          <Button size="sm" icon={<Square aria-hidden />} onClick={onStop}>
            Stop
          </Button>
        )}
        <IconButton
          label="Settings"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className={hasMistake(pane) ? "text-bad" : ""}
        >
          <Settings2 aria-hidden />
        </IconButton>
        <PaneCode side={side} draft={draft} turns={turns} apiUrl={apiUrl} />
      </header>
      {open && <PaneSettings pane={pane} onChange={onChange} onCopyOver={onCopyOver} />}
      <div
        ref={scroller}
        onScroll={({ currentTarget: box }) => {
          seen.current.follow = box.scrollHeight - box.scrollTop - box.clientHeight < nearBottomPx;
        }}
        className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 py-4 max-md:max-h-[70dvh]"
        aria-live="polite"
        aria-busy={busy}
      >
        {shown.length === 0 && (
          <p className="m-auto grid max-w-64 justify-items-center gap-2 text-center text-ink-3">
            <MessageSquare aria-hidden className="size-5 stroke-[1.5]" />
            {pane.model === ""
              ? "Choose a model here to compare it with the other side."
              : "Its answers will appear here."}
          </p>
        )}
        {shown.map((turn) => (
          <div key={turn.id} className="grid gap-2.5">
            <p className="max-w-[85%] justify-self-end whitespace-pre-wrap rounded-lg bg-sunken px-3 py-2 [overflow-wrap:anywhere]">
              {turn.prompt}
            </p>
            {turn[side] && <AnswerView answer={turn[side]} />}
          </div>
        ))}
      </div>
    </section>
  );
}

/** The call this pane makes, to take along. */
function PaneCode({
  side,
  draft,
  turns,
  apiUrl,
}: {
  side: Side;
  draft: Draft;
  turns: readonly Turn[];
  apiUrl: string;
}) {
  const prompt = draft.prompt || turns.at(-1)?.prompt || "Hello";
  const before = draft.prompt ? turns : turns.slice(0, -1);
  const call = { ...callOf(draft[side], side, before, prompt), baseUrl: apiUrl, key: null, stream: true };
  if (call.model === "") return null;
  return (
    <Dialog
      wide
      trigger={
        <IconButton label="Show as code">
          <Code aria-hidden />
        </IconButton>
      }
      title="The same call from your program"
      description="It reads the key from FORGE_API_KEY; make one on the Keys page."
    >
      <SnippetTabs
        snippets={[
          { label: "curl", code: curlOf(call) },
          { label: "TypeScript", code: typescriptOf(call) },
          { label: "Python", code: pythonOf(call) },
        ]}
      />
    </Dialog>
  );
}
