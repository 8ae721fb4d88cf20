"use client";
import { CornerDownLeft, Square } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Textarea } from "#components/ui/input.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import type { ExampleCall } from "#server/routing/example-call.ts";

/** Where the prompt is typed: Enter sends it to both sides, Shift and Enter makes a new line. */
export function Composer({
  value,
  onChange,
  onSend,
  onStop,
  busy,
  disabledReason,
  example,
  onExample,
}: {
  value: string;
  onChange: (text: string) => void;
  onSend: () => void;
  onStop: () => void;
  busy: boolean;
  disabledReason: string | undefined;
  /** a question the chosen model was made for; null when there is none, or when something was typed */
  example: ExampleCall | null;
  onExample: (messages: ExampleCall["messages"]) => void;
}) {
  return (
    <form
      className="grid gap-2 rounded-lg border bg-panel p-3 focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabledReason) onSend();
      }}
    >
      <Textarea
        aria-label="Prompt"
        placeholder="Ask both sides the same thing"
        rows={2}
        className="max-h-48 min-h-12 border-transparent bg-transparent px-1 focus-visible:outline-none"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (!disabledReason && !busy) onSend();
        }}
      />
      <div className="flex items-center gap-2">
        <span className="text-ink-3 text-xs max-md:hidden">
          <Kbd>Enter</Kbd> sends, <Kbd>Shift</Kbd> <Kbd>Enter</Kbd> makes a new line
        </span>
        <span className="ml-auto flex gap-2">
          {example && <Button onClick={() => onExample(example.messages)}>Try a row of {example.from}</Button>}
          {busy ? (
            <Button icon={<Square aria-hidden />} onClick={onStop}>
              Stop
            </Button>
          ) : (
            <Button
              type="submit"
              variant="primary"
              icon={<CornerDownLeft aria-hidden />}
              disabledReason={disabledReason}
            >
              Send
            </Button>
          )}
        </span>
      </div>
    </form>
  );
}
